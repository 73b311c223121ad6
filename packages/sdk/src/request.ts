import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '@multiwa/contracts';
import { MultiwaConnectionError, MultiwaError } from './errors.js';

export interface ClientOptions {
  /** Where the gateway is, such as http://127.0.0.1:3000. */
  url: string;
  apiKey: string;
  /** How long one attempt may take. */
  requestTimeoutMs?: number;
  /**
   * How long a call is repeated when the gateway cannot be reached or is busy. Calls that create something carry an
   * Idempotency-Key, so a repetition never does it twice. 0 never repeats.
   */
  retryForMs?: number;
}

export interface Call {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** A body of text/csv, instead of `body`. */
  csv?: string;
  /** A body of multipart/form-data, instead of `body`. */
  form?: FormData;
  /** The answer is a file, given as it is, instead of JSON. */
  file?: true;
  /** The same as bytes. */
  bytes?: true;
  /** How long one attempt may take, where that is not the client’s own limit. */
  timeoutMs?: number;
  /** For POST; by default one of our own, so that repeating is safe. */
  idempotencyKey?: string;
}

export type Request = <T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, call?: Call) => Promise<T>;

const REQUEST_TIMEOUT_MS = 15_000;
const RETRY_FOR_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;
const passing = new Set<Problem['code']>(['service_unavailable', 'rate_limited', 'idempotency_in_progress']);

/** The headers that every call carries. */
export function authorization({ apiKey }: ClientOptions): Record<string, string> {
  return { authorization: `Bearer ${apiKey}` };
}

/** Address of a call; `path` starts behind /api/v1. */
export function address({ url }: ClientOptions, path: string, query: Call['query'] = {}): URL {
  const target = new URL(`/api/v1${path}`, url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) target.searchParams.set(name, String(value));
  }
  return target;
}

/** Makes the function behind every call: one request, repeated while that is safe and of use. */
export function makeRequest(options: ClientOptions): Request {
  return async <T>(method: string, path: string, call: Call = {}) => {
    const deadline = performance.now() + (options.retryForMs ?? RETRY_FOR_MS);
    const idempotencyKey = call.idempotencyKey ?? (method === 'POST' ? randomUUID() : undefined);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      try {
        return await attempt<T>(options, method, path, { ...call, idempotencyKey });
      } catch (error) {
        if (!isPassing(error) || performance.now() + pauseMs > deadline) throw error;
        await sleep(pauseMs);
      }
    }
  };
}

/** Turns an answer that is not 2xx into the error to throw. */
export async function refusal(response: Response): Promise<Error> {
  const text = await response.text().catch(() => '');
  const problem = parseProblem(text);
  return problem
    ? new MultiwaError(problem)
    : new MultiwaConnectionError(`Something that is not MultiWA answered ${response.status}.`);
}

async function attempt<T>(options: ClientOptions, method: string, path: string, call: Call): Promise<T> {
  const { query, body, csv, form, idempotencyKey } = call;
  const timeoutMs = call.timeoutMs ?? options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const headers = {
    ...authorization(options),
    ...(csv !== undefined && { 'content-type': 'text/csv' }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
  let response: Response;
  let text: string;
  try {
    response = await fetch(address(options, path, query), {
      method,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      ...(csv !== undefined && { body: csv }),
      ...(form !== undefined && { body: form }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw await refusal(response);
    if (call.bytes) return new Uint8Array(await response.arrayBuffer()) as T;
    text = await response.text();
  } catch (cause) {
    if (cause instanceof MultiwaError || cause instanceof MultiwaConnectionError) throw cause;
    throw new MultiwaConnectionError(`${method} ${path} got no answer.`, { cause });
  }
  return (text === '' ? undefined : call.file ? text : JSON.parse(text)) as T;
}

function isPassing(error: unknown): boolean {
  if (error instanceof MultiwaError) return passing.has(error.code);
  return error instanceof MultiwaConnectionError;
}

function parseProblem(text: string): Problem | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'code' in answer) return answer as Problem;
  } catch {
    // Not JSON: the answer of a proxy, or of something else on this port.
  }
  return undefined;
}
