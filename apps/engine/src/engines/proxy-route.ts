import { EventEmitter } from 'node:events';
import type { ClientRequest } from 'node:http';
import type { Agent } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { dispatcherOver, type FetchDispatcher, guardHost } from '@multiwa/runtime';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';

export interface ProxyRouteOptions {
  /** http, https, socks5 (names are resolved here) or socks5h (by the proxy), with user and password where needed. */
  proxyUrl: string;
  /** Set by the operator: the proxy may have an address that is not public. */
  allowPrivate: boolean;
}

/** A way to WhatsApp through one proxy, for one connection. */
export interface ProxyRoute {
  /** For WebSockets and node's own requests. */
  agent: Agent;
  /** For `fetch`. */
  dispatcher: FetchDispatcher;
  /** What is wrong with the proxy, in words without its password; undefined as long as it did its part. */
  problem(): string | undefined;
  /** Breaks what is still under way to the proxy. */
  close(): void;
}

const OK = 200;
const PENDING = 'The proxy did not answer in time.';

/** @throws GuardedFetchError when the proxy stands where it may not be called */
export function makeProxyRoute({ proxyUrl, allowPrivate }: ProxyRouteOptions): ProxyRoute {
  const url = new URL(proxyUrl);
  const lookup = guardHost(url.hostname, { allowPrivate });
  const closing = new AbortController();
  const agent = url.protocol.startsWith('socks')
    ? new SocksProxyAgent(url, { socketOptions: { lookup } as never })
    : new HttpsProxyAgent(url, { lookup, signal: closing.signal });
  let problem: string | undefined;
  let pending = 0;

  const connect = agent.connect.bind(agent);
  agent.connect = async (request, options) => {
    pending += 1;
    try {
      return await connect(request, options);
    } catch (error) {
      problem = describe(error);
      throw error;
    } finally {
      pending -= 1;
    }
  };
  agent.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
    if (statusCode !== OK) problem = refusalOf(statusCode);
  });

  return {
    // It serves both kinds of request; what the types miss, its own options, nobody reads.
    agent: agent as unknown as Agent,
    dispatcher: dispatcherOver(async ({ host, port, secure, servername }) => {
      // The agent tells of its progress on a request; here there is none.
      const request = new EventEmitter() as ClientRequest;
      const options = { host, port, secureEndpoint: secure, ...(secure ? { servername } : {}) };
      const socket = (await agent.connect(request, options as never)) as Socket | TLSSocket;
      if (problem !== undefined) throw new Error(problem);
      return socket;
    }),
    problem: () => problem ?? (pending > 0 ? PENDING : undefined),
    close: () => closing.abort(),
  };
}

function refusalOf(statusCode: number): string {
  return statusCode === 407
    ? 'The proxy wants other credentials (407).'
    : `The proxy refused the connection (${statusCode}).`;
}

function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  const words = error instanceof Error && code === '' ? `: ${error.message}` : '';
  return `The proxy cannot be reached${code}${words}.`;
}
