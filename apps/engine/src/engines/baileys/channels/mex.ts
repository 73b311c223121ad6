import { CodedError, type ErrorCode, type FailureCode } from '@multiwa/contracts';
import { getBinaryNodeChild, type WASocket } from '@whiskeysockets/baileys';
import { refusalOf } from '../groups/group-error.js';

const QUERY_TIMEOUT_MS = 15_000;
const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'channel_admin_required',
  403: 'channel_admin_required',
  404: 'channel_not_found',
  410: 'channel_not_found',
  429: 'whatsapp_rate_limited',
};

const failures: Readonly<Record<number, FailureCode>> = {
  401: 'channel_admin_required',
  403: 'channel_admin_required',
  404: 'channel_unknown',
};

/** Why a post failed for good; undefined when the code says nothing of channels. */
export function channelFailure(code: number): FailureCode | undefined {
  return failures[code];
}

/** Asks WhatsApp by GraphQL; resolves with what stands under `path` of the answer. @throws CodedError */
export type Mex = (queryId: string, variables: object, path: string) => Promise<unknown>;

export function mexOver(sock: Pick<WASocket, 'query' | 'generateMessageTag'>): Mex {
  return async (queryId, variables, path) => {
    const content = Buffer.from(JSON.stringify({ variables }));
    const answer = await asked(
      sock.query(
        {
          tag: 'iq',
          attrs: { id: sock.generateMessageTag(), type: 'get', to: '@s.whatsapp.net', xmlns: 'w:mex' },
          content: [{ tag: 'query', attrs: { query_id: queryId }, content }],
        },
        QUERY_TIMEOUT_MS,
      ),
    );
    const result = getBinaryNodeChild(answer, 'result')?.content;
    const { data, errors } = parsed(result);
    const [first] = errors ?? [];
    if (first) throw channelError(first.extensions?.error_code, first.message);
    return data?.[path];
  };
}

/** The answer to a query. @throws CodedError when WhatsApp refuses or does not answer */
export async function asked<T>(query: Promise<T | undefined>): Promise<T> {
  let answer: T | undefined;
  try {
    answer = await query;
  } catch (error) {
    throw channelError(refusalOf(error), error instanceof Error ? error.message : String(error), error);
  }
  if (answer === undefined) throw new CodedError('ask_timeout');
  return answer;
}

interface GraphQlAnswer {
  data?: Record<string, unknown> | null;
  errors?: { message?: string; extensions?: { error_code?: number } }[];
}

function parsed(content: unknown): GraphQlAnswer {
  const text =
    typeof content === 'string' ? content : content instanceof Uint8Array ? Buffer.from(content).toString() : '';
  try {
    return JSON.parse(text) as GraphQlAnswer;
  } catch (cause) {
    throw new CodedError('refused_by_whatsapp', { detail: 'WhatsApp’s answer cannot be read.', cause });
  }
}

/** WhatsApp's no to something asked of a channel, in our words. */
export function channelError(code: number | undefined, text = 'no reason given', cause?: unknown): CodedError {
  const known = code === undefined ? undefined : codes[code];
  if (known) return new CodedError(known, { cause });
  if (code === undefined) return new CodedError('ask_timeout', { detail: `WhatsApp did not answer: ${text}.`, cause });
  return new CodedError('refused_by_whatsapp', { detail: `WhatsApp answered ${code} (${text}).`, cause });
}
