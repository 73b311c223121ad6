import { flowLimits } from '@multiwa/contracts';
import { type FilledRequest, type HttpNode, keptValue } from '@multiwa/domain';
import { type GuardedFetch, GuardedFetchError } from '@multiwa/runtime';
import type { RequestOutcome } from './take-step.js';

export interface RequestDeps {
  fetch: GuardedFetch;
  /** Set by the operator. */
  allowPrivate: boolean;
}

/**
 * Makes the request of a step, at least once: a crash before the step is recorded makes it again, under the same
 * Idempotency-Key. Anything but an answer of 2xx takes the way out `failed`. Of URL, headers and bodies nothing is
 * recorded but what the flow saves.
 */
export async function makeRequest(
  { fetch, allowPrivate }: RequestDeps,
  runId: string,
  { step, request, node }: { step: number; request: FilledRequest; node: HttpNode },
): Promise<RequestOutcome> {
  const { url, method, headers, body } = request;
  try {
    const answer = await fetch({
      url,
      method,
      headers: { ...headers, 'idempotency-key': `${runId}-${step}` },
      ...(body === undefined ? {} : { body }),
      timeoutMs: node.timeoutSeconds * 1_000,
      maxResponseBytes: flowLimits.responseBytes,
      allowPrivate,
    });
    const { status, durationMs } = answer;
    const isOk = status >= 200 && status < 300;
    const saved: Record<string, string> =
      node.saveAs === undefined ? {} : { [node.saveAs]: keptValue(answer.body.toString('utf8')) };
    return { step, ending: { way: isOk ? 'ok' : 'failed' }, detail: { status, durationMs }, variables: saved };
  } catch (error) {
    if (!(error instanceof GuardedFetchError)) throw error;
    const { code, status } = error;
    return { step, ending: { way: 'failed' }, detail: { error: code, ...(status && { status }) }, variables: {} };
  }
}
