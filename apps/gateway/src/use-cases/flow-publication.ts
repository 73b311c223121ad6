import { CodedError, type ErrorCode, type FieldError, type Flow } from '@multiwa/contracts';
import { checkFlow, knownUrl } from '@multiwa/domain';
import { checkUrl, GuardedFetchError } from '@multiwa/runtime';

/** Codes that say more than that the flow is not sound, where they are all that is wrong. */
const specific: readonly ErrorCode[] = ['pattern_invalid', 'url_not_allowed', 'template_invalid', 'variable_unknown'];

/** Mistakes in a URL that leave no address to look at. */
const withoutAddress: readonly string[] = ['template_invalid', 'url_not_allowed'];

/**
 * Refuses a flow that could not be run: everything that is wrong with it at once, each by JSON pointer.
 * @throws CodedError `flow_invalid`, or a more telling code where all mistakes are of that one kind
 */
export async function requireSound(flow: Flow, allowPrivate: boolean): Promise<void> {
  const errors = checkFlow(flow);
  const isMalformed = (pointer: string) =>
    errors.some((error) => error.pointer === pointer && withoutAddress.includes(error.code));
  for (const [index, node] of flow.nodes.entries()) {
    const pointer = `#/flow/nodes/${index}/url`;
    if (node.kind !== 'http_request' || isMalformed(pointer)) continue;
    const message = await refusal(knownUrl(node), allowPrivate);
    if (message !== undefined) errors.push({ pointer, code: 'url_not_allowed', message });
  }
  const [first] = errors;
  if (!first) return;
  const code = specific.find((each) => errors.every((error) => error.code === each)) ?? 'flow_invalid';
  throw new CodedError(code, { detail: sentence(errors), errors });
}

async function refusal(url: string, allowPrivate: boolean): Promise<string | undefined> {
  try {
    await checkUrl(url, { allowPrivate });
    return undefined;
  } catch (error) {
    if (error instanceof GuardedFetchError) return error.message;
    throw error;
  }
}

function sentence(errors: readonly FieldError[]): string {
  const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
  return `The flow has ${count}: see errors.`;
}
