import { Pool } from 'undici';
import type { Product } from '../product/start-product.js';

export interface Target {
  /** Where to POST. */
  url: string;
  headers?: Record<string, string>;
  connections: number;
}

/** Where a profile's messages are accepted, and with which key. */
export function messagesOf({ url, apiKey }: Product, profileId: string): Omit<Target, 'connections'> {
  return { url: `${url}/api/v1/profiles/${profileId}/messages`, headers: { authorization: `Bearer ${apiKey}` } };
}

/** Posts JSON over so many connections. Rejects on an answer that is not 2xx: a refusal must not count as speed. */
export function makePoster({ url, headers, connections }: Target) {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  return {
    async post(body: string): Promise<void> {
      const response = await pool.request({
        method: 'POST',
        path: pathname,
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      const text = await response.body.text();
      if (response.statusCode >= 300) throw new Error(`${response.statusCode}: ${text}`);
    },
    close: () => pool.close(),
  };
}

/**
 * Posts over all connections at once, each waiting for its answer, for so many seconds.
 * @returns answers a second.
 */
export async function postLoad(target: Target, seconds: number, body: (n: number) => string): Promise<number> {
  const { post, close } = makePoster(target);
  let sent = 0;
  let answered = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  const worker = async () => {
    while (performance.now() < endsAt) {
      sent += 1;
      await post(body(sent));
      answered += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: target.connections }, worker));
    return (answered * 1_000) / (performance.now() - startedAt);
  } finally {
    await close();
  }
}
