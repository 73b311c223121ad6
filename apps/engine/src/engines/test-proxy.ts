import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { GuardedFetchError } from '@multiwa/runtime';
import { makeProxyRoute, type ProxyRouteOptions } from './proxy-route.js';

export interface ProxyTest {
  ok: boolean;
  /** Until WhatsApp's host answered through the proxy, or until it was clear that it does not. */
  ms: number;
  /** Why not, in words without the password. */
  problem: string | null;
}

interface Options extends ProxyRouteOptions {
  /** WhatsApp's WebSocket address on this network. */
  webSocketUrl: string;
  timeoutMs: number;
}

/** Asks WhatsApp's host something through a proxy. Whatever it answers shows that the way is good. Never throws. */
export async function testProxy({ webSocketUrl, timeoutMs, ...options }: Options): Promise<ProxyTest> {
  const startMs = performance.now();
  const outcome = (problem: string | null): ProxyTest => ({
    ok: problem === null,
    ms: Math.round((performance.now() - startMs) * 10) / 10,
    problem,
  });
  let route: ReturnType<typeof makeProxyRoute> | undefined;
  try {
    route = makeProxyRoute(options);
    const target = new URL(webSocketUrl.replace(/^ws/, 'http'));
    const { request } = target.protocol === 'https:' ? https : http;
    const asking = request(target, { agent: route.agent, signal: AbortSignal.timeout(timeoutMs) }).end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    answer.resume();
    const ended = outcome(route.problem() ?? null);
    asking.destroy();
    return ended;
  } catch (error) {
    if (error instanceof GuardedFetchError) return outcome(error.message);
    return outcome(route?.problem() ?? 'WhatsApp’s host does not answer through the proxy.');
  } finally {
    route?.close();
  }
}
