import { connect } from 'node:net';

const DEADLINE_MS = 10_000;

/** Asks JetStream's API with the bare NATS protocol (docs.nats.io, "Client Protocol"): the launcher has no NATS client. */
export function askJetStream(port: number, subject: string, body: unknown): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const payload = JSON.stringify(body);
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error(`no answer on ${subject}`)));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.write('CONNECT {"verbose":false}\r\nSUB answer 1\r\n');
      socket.write(`PUB $JS.API.${subject} answer ${Buffer.byteLength(payload)}\r\n${payload}\r\n`);
    });
    socket.on('data', (chunk) => {
      received += chunk.toString('utf8');
      const answer = /MSG answer 1 \d+\r\n(.*)\r\n/.exec(received)?.[1];
      if (!answer) return;
      socket.end();
      resolve(JSON.parse(answer) as Record<string, unknown>);
    });
  });
}
