"""Reads the events of a workspace from NATS and prints each as one line of JSON.

Stopped or killed, it goes on behind the last event that it acked. MULTIWA_URL and MULTIWA_API_KEY (with subscribers:write)
are needed for the first start only: it then keeps its own credentials in subscriber.json, or in the file that the first
argument names. Nothing but the standard library is used; README.md shows the same with nats-py.
"""

import json
import os
import socket
import sys
import time
import urllib.request
from urllib.parse import urlparse

BATCH = 50
EXPIRES_SECONDS = 30


def credentials(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        pass
    request = urllib.request.Request(
        os.environ.get("MULTIWA_URL", "http://127.0.0.1:3000") + "/api/v1/subscribers",
        data=json.dumps({"name": "Example", "from": "OLDEST"}).encode(),
        headers={"content-type": "application/json", "x-api-key": os.environ["MULTIWA_API_KEY"]},
    )
    with urllib.request.urlopen(request) as answer:
        made = json.load(answer)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        json.dump(made, file)
    return made


class Connection:
    """As much of the client protocol of NATS as reading takes."""

    def __init__(self, me):
        server = urlparse(me["servers"][0])
        self.socket = socket.create_connection((server.hostname, server.port or 4222))
        # A server that says nothing for so long is gone: it pings every two minutes.
        self.socket.settimeout(180)
        self.stream = self.socket.makefile("rb")
        self.line()  # INFO
        options = {"verbose": False, "pedantic": False, "user": me["user"], "pass": me["password"], "headers": True}
        self.send("CONNECT " + json.dumps({**options, "name": "example", "lang": "python", "version": "0"}))
        self.send("PING")
        while self.line() != "PONG":
            pass

    def send(self, line, payload=b""):
        self.socket.sendall(line.encode() + b"\r\n" + (payload + b"\r\n" if line.startswith("PUB") else b""))

    def publish(self, subject, payload=b"", reply=""):
        self.send("PUB {} {} {}".format(subject, reply, len(payload)), payload)

    def line(self):
        line = self.stream.readline()
        if not line:
            raise ConnectionError("the server closed the connection")
        text = line.decode().rstrip()
        if text.startswith("-ERR"):
            raise ConnectionError(text)
        return text

    def message(self):
        """The next message: its reply subject, its headers as text, its payload."""
        while True:
            words = self.line().split(" ")
            if words[0] == "PING":
                self.send("PONG")
            elif words[0] in ("MSG", "HMSG"):
                sizes = 1 if words[0] == "MSG" else 2
                head = int(words[-2]) if sizes == 2 else 0
                body = self.stream.read(int(words[-1]) + 2)[:-2]
                reply = words[3] if len(words) == 4 + sizes else ""
                return reply, body[:head].decode(), body[head:]


def follow(me):
    connection = Connection(me)
    inbox = me["inboxPrefix"] + ".events"
    connection.send("SUB {} 1".format(inbox))
    print("Reading as " + me["user"], file=sys.stderr, flush=True)
    # The next sequence of each profile: a jump means that an event was missed.
    expected = {}
    while True:
        ask = json.dumps({"batch": BATCH, "expires": EXPIRES_SECONDS * 1_000_000_000}).encode()
        connection.publish("$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}".format(**me), ask, inbox)
        for _ in range(BATCH):
            reply, headers, payload = connection.message()
            if not reply.startswith("$JS.ACK."):
                break  # The request has ended, because its time is over: "NATS/1.0 408 Request Timeout".
            event = json.loads(payload)
            of = event["profileId"] or "_"
            if event["sequence"] > expected.get(of, event["sequence"]):
                print("Gap of {} before {}".format(of, event["sequence"]), file=sys.stderr, flush=True)
            expected[of] = max(expected.get(of, 0), event["sequence"] + 1)
            # Work first, ack last: what was not acked comes again, so tell repetitions by event["id"].
            print(json.dumps(event), flush=True)
            connection.publish(reply, b"+ACK")


def main():
    me = credentials(sys.argv[1] if len(sys.argv) > 1 else "subscriber.json")
    while True:
        try:
            follow(me)
        except (ConnectionError, socket.timeout, OSError) as error:
            print("{}; connecting again".format(error), file=sys.stderr, flush=True)
            time.sleep(1)


if __name__ == "__main__":
    main()
