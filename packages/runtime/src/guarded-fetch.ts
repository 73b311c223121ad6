import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type Dispatcher, request } from 'undici';
import {
  guardedLookup,
  isPublicAddress,
  literalAddress,
  type Resolve,
  resolveByDns,
  resolvePublic,
} from './guarded-address.js';
import { GuardedFetchError } from './guarded-fetch-error.js';

export interface GuardedRequest {
  url: string;
  method: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** For everything: resolving, connecting, sending, and reading the answer. */
  timeoutMs: number;
  /** What is longer is cut off, and the connection dropped. */
  maxResponseBytes: number;
  /** Set by the operator: addresses that are not public may be called too. */
  allowPrivate: boolean;
}

export interface GuardedResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** At most the first `maxResponseBytes`. */
  body: Buffer;
  isTruncated: boolean;
  durationMs: number;
}

export type GuardedFetch = (request: GuardedRequest) => Promise<GuardedResponse>;

// Shorter than the pause after which common servers close, so that a request seldom meets a closing connection.
const KEEP_ALIVE_MS = 2_000;
// An attempt to connect outlives the call that gave up on it; this ends it.
const CONNECT_TIMEOUT_MS = 30_000;
/** Of mail, name and file servers and the like, which would take a request for commands of theirs: the fetch standard's list. */
const otherProtocols: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);
/** Exported to guarded-download.ts only, as are the functions below. */
export const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Makes a fetch for URLs that customers give: http(s) only, never into the operator's own network, redirects never
 * followed. Connections are shared by the calls and do not keep the process alive.
 */
export function makeGuardedFetch(resolve: Resolve = resolveByDns): GuardedFetch {
  const agents = guardedAgents(resolve);
  return async ({ url, method, headers = {}, body, timeoutMs, maxResponseBytes, allowPrivate }) => {
    const startedAt = performance.now();
    const target = parseTarget(url, allowPrivate);
    const signal = AbortSignal.timeout(timeoutMs);
    const exchange = async (): Promise<GuardedResponse> => {
      const answer = await request(target, {
        method: method as Dispatcher.HttpMethod,
        headers,
        body: body ?? null,
        signal,
        // Only `timeoutMs` counts.
        headersTimeout: 0,
        bodyTimeout: 0,
        dispatcher: allowPrivate ? agents.any : agents.public,
      });
      const { statusCode: status } = answer;
      if (redirects.has(status)) {
        answer.body.on('error', () => undefined).destroy();
        throw new GuardedFetchError('redirect_refused', `The answer was a redirection (${status}).`, { status });
      }
      const { kept, isTruncated } = await readAtMost(answer.body, maxResponseBytes);
      const durationMs = Math.round(performance.now() - startedAt);
      return { status, headers: answer.headers, body: kept, isTruncated, durationMs };
    };
    try {
      return await unlessAborted(exchange(), signal);
    } catch (error) {
      throw describeFailure(error, signal, timeoutMs);
    }
  };
}

/** One for addresses that are public, one for any; both connect to the very addresses that were looked up. */
export function guardedAgents(resolve: Resolve): { public: Agent; any: Agent } {
  const agentFor = (isAnyAllowed: boolean) =>
    new Agent({
      connect: { lookup: guardedLookup(resolve, isAnyAllowed), timeout: CONNECT_TIMEOUT_MS },
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
  return { public: agentFor(false), any: agentFor(true) };
}

/** See makeGuardedFetch; resolves names by the system's DNS. @throws GuardedFetchError */
export const guardedFetch: GuardedFetch = makeGuardedFetch();

/**
 * Checks a URL when it is given, so that the customer learns of it at once; every later connection is checked again.
 * A name that cannot be resolved now passes.
 * @throws GuardedFetchError `url_not_allowed`
 */
export async function checkUrl(
  url: string,
  { allowPrivate, resolve = resolveByDns }: { allowPrivate: boolean; resolve?: Resolve },
): Promise<void> {
  const target = parseTarget(url, allowPrivate);
  if (allowPrivate || literalAddress(target) !== undefined) return;
  try {
    await resolvePublic(target.hostname, resolve);
  } catch (error) {
    if (error instanceof GuardedFetchError) throw error;
  }
}

/** The parser has turned decimal, octal, hexadecimal and shortened addresses into plain ones by then. */
export function parseTarget(url: string, allowPrivate: boolean): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (!target) throw new GuardedFetchError('url_not_allowed', 'This is not a URL.');
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new GuardedFetchError('url_not_allowed', 'Only http and https are called.');
  }
  if (target.username !== '' || target.password !== '') {
    throw new GuardedFetchError('url_not_allowed', 'A URL may not hold a user name or password: use a header.');
  }
  if (!allowPrivate && otherProtocols.has(Number(target.port))) {
    throw new GuardedFetchError('url_not_allowed', 'The port belongs to another protocol.');
  }
  const literal = literalAddress(target);
  // Sockets resolve no literal address, so the lookup never sees one.
  if (!allowPrivate && literal !== undefined && !isPublicAddress(literal)) {
    throw new GuardedFetchError('url_not_allowed', 'The address is not public.');
  }
  return target;
}

/** The client notices an abort only once it is connected; the caller does not wait for that. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}

async function readAtMost(body: Dispatcher.ResponseData['body'], maxBytes: number) {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop destroys the stream, and with it the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return { kept: Buffer.concat(chunks).subarray(0, maxBytes), isTruncated: length > maxBytes };
}

export function describeFailure(error: unknown, signal: AbortSignal, timeoutMs: number): GuardedFetchError {
  if (error instanceof GuardedFetchError) return error;
  if (signal.aborted) return new GuardedFetchError('timeout', `There was no complete answer within ${timeoutMs} ms.`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'UND_ERR_INVALID_ARG') {
    return new GuardedFetchError('request_invalid', 'The method or a header cannot stand in a request.', {
      cause: error,
    });
  }
  return new GuardedFetchError('connect_failed', `The connection failed (${code}).`, { cause: error });
}
