import https from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Agent } from 'undici';

/** What `fetch` takes as its `dispatcher`. */
export type FetchDispatcher = NonNullable<RequestInit['dispatcher']>;

export interface ConnectTarget {
  host: string;
  port: number;
  /** TLS is spoken with the target. */
  secure: boolean;
  servername: string;
}

/** Connects to a target, resolving with a socket that may still be shaking hands. */
export type ConnectTo = (target: ConnectTarget) => Promise<Socket | TLSSocket>;

/** Lets `fetch` go where `connectTo` leads: through a proxy, for one. */
export function dispatcherOver(connectTo: ConnectTo): FetchDispatcher {
  const agent = new Agent({
    connect: ({ hostname, port, protocol, servername }, callback) => {
      const secure = protocol === 'https:';
      const target = {
        host: hostname,
        port: Number(port) || (secure ? 443 : 80),
        secure,
        servername: servername ?? hostname,
      };
      connectTo(target).then(
        (socket) => {
          if (!secure) return callback(null, socket);
          socket.once('secureConnect', () => callback(null, socket));
          socket.once('error', (error) => callback(error, null));
        },
        (error: Error) => callback(error, null),
      );
    },
  });
  // The types of the fetch that is built in are those of an older release of the same library.
  return agent as unknown as FetchDispatcher;
}

/** Ways to hosts whose certificate is this one, and to no others: for `fetch`, and for the HTTPS client of Node.js. */
export function trusting(certificate: string): { agent: https.Agent; dispatcher: FetchDispatcher } {
  const dispatcher = new Agent({ connect: { ca: certificate } }) as unknown as FetchDispatcher;
  return { agent: new https.Agent({ ca: certificate }), dispatcher };
}
