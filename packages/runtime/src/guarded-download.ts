import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'undici';
import { type Resolve, resolveByDns } from './guarded-address.js';
import { describeFailure, guardedAgents, parseTarget, redirects, unlessAborted } from './guarded-fetch.js';
import { GuardedFetchError } from './guarded-fetch-error.js';

export interface GuardedDownloadRequest {
  url: string;
  /** For everything: resolving, connecting, and reading the answer to its end. */
  timeoutMs: number;
  /** How long nothing may come. */
  idleTimeoutMs: number;
  allowPrivate: boolean;
}

/** What came before the body. */
export interface DownloadAnswer {
  status: number;
  headers: IncomingHttpHeaders;
}

/** Hands the body to `take` while it comes; what `take` throws is thrown, and the connection dropped. */
export type GuardedDownload = <T>(
  request: GuardedDownloadRequest,
  take: (body: AsyncIterable<Uint8Array>, answer: DownloadAnswer) => Promise<T>,
) => Promise<T>;

/**
 * Makes a GET for files at URLs that customers give, under the same guard as `makeGuardedFetch`, but streamed: memory holds a
 * chunk at a time. Rejects with GuardedFetchError, or with what `take` throws.
 */
export function makeGuardedDownload(resolve: Resolve = resolveByDns): GuardedDownload {
  const agents = guardedAgents(resolve);
  return async ({ url, timeoutMs, idleTimeoutMs, allowPrivate }, take) => {
    const target = parseTarget(url, allowPrivate);
    const signal = AbortSignal.timeout(timeoutMs);
    const failed = (error: unknown): never => {
      throw describeFailure(error, signal, timeoutMs);
    };
    const asked = request(target, {
      method: 'GET',
      signal,
      headersTimeout: idleTimeoutMs,
      bodyTimeout: idleTimeoutMs,
      dispatcher: allowPrivate ? agents.any : agents.public,
    });
    const { statusCode: status, headers, body } = await unlessAborted(asked, signal).catch(failed);
    try {
      if (redirects.has(status)) {
        throw new GuardedFetchError('redirect_refused', `The answer was a redirection (${status}).`, { status });
      }
      return await take(reading(body, failed), { status, headers });
    } finally {
      // A body that is left unread would hold its connection.
      body.on('error', () => undefined).destroy();
    }
  };
}

/** The body, with failures of the connection told from those of whoever reads it. */
async function* reading(
  body: AsyncIterable<Uint8Array>,
  failed: (error: unknown) => never,
): AsyncGenerator<Uint8Array> {
  const reader = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await reader.next().catch(failed);
    if (next.done) return;
    yield next.value;
  }
}
