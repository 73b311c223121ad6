import { type ErrorCode, errorTable, problemSchema } from '@multiwa/contracts';
import { z } from 'zod';

/** What every call may answer beside its own problems. */
const everywhere: readonly ErrorCode[] = [
  'api_key_missing',
  'api_key_invalid',
  'api_key_expired',
  'api_key_revoked',
  'scope_missing',
  'internal_error',
  'service_unavailable',
];
const withInput: readonly ErrorCode[] = ['validation_failed'];
const withBody: readonly ErrorCode[] = ['malformed_json', 'payload_too_large', 'unsupported_media_type'];
const withKey: readonly ErrorCode[] = ['idempotency_key_reused', 'idempotency_in_progress'];

interface Description<B, P, Q, R> {
  tag:
    | 'API keys'
    | 'Accounts'
    | 'Profiles'
    | 'Messages'
    | 'Media'
    | 'Conversations'
    | 'Presence'
    | 'Calls'
    | 'Contacts'
    | 'Opt-outs'
    | 'Groups'
    | 'Status'
    | 'Channels'
    | 'Broadcasts'
    | 'Automations'
    | 'Webhooks'
    | 'Events'
    | 'Engine';
  summary: string;
  description?: string;
  body?: B;
  /** Where the body is a CSV instead: an example of one. It reaches the handler as a stream. */
  csvBody?: string;
  /** Where the body is a file in multipart/form-data instead, which reaches the handler as a stream. */
  fileBody?: true;
  params?: P;
  querystring?: Q;
  /** Answers that are not problems, by status. */
  answers: R;
  /** Codes that this call answers beside those that all share. */
  problems?: readonly ErrorCode[];
  idempotent?: true;
}

/**
 * The schema of a route: what is parsed and what /docs tells come from the same place, problem answers included.
 * Generic in its parts, so that a handler's `request.body` has the type of the parsed body.
 */
export function describe<
  B extends z.ZodType | undefined = undefined,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  R extends Record<number, unknown> = Record<number, unknown>,
>(route: Description<B, P, Q, R>) {
  const {
    tag,
    summary,
    description,
    body,
    csvBody,
    fileBody,
    params,
    querystring,
    answers,
    problems = [],
    idempotent,
  } = route;
  const codes = new Set([
    ...everywhere,
    ...(body || params || querystring ? withInput : []),
    ...(body ? withBody : []),
    ...(idempotent ? withKey : []),
    ...problems,
  ]);
  const schema = {
    tags: [tag],
    summary,
    description,
    security: [{ apiKey: [] }, { bearer: [] }] as Record<string, string[]>[],
    ...(idempotent ? { 'x-idempotent': true } : {}),
    ...(csvBody ? { 'x-csv-body': csvBody } : {}),
    ...(fileBody ? { 'x-file-body': true } : {}),
    response: { ...answers, ...problemAnswers([...codes]) } as R,
  };
  return { ...schema, ...given({ body, params, querystring }) } as typeof schema & Parts<B, P, Q>;
}

type Parts<B, P, Q> = (B extends z.ZodType ? { body: B } : unknown) &
  (P extends z.ZodType ? { params: P } : unknown) &
  (Q extends z.ZodType ? { querystring: Q } : unknown);

function given(parts: Record<string, z.ZodType | undefined>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(parts).flatMap(([name, part]) => (part ? [[name, part]] : [])));
}

function problemAnswers(codes: readonly ErrorCode[]): Record<number, unknown> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map((code) => `\`${code}\`: ${errorTable[code].sentence}`).join('\n\n'),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}

/** An answer without a body. */
export const noContent = z.undefined().describe('Done.');

/** Bytes of an image; documented as binary, sent as they are. */
export const binary = z.custom<string | Buffer>().meta({ type: 'string', contentEncoding: 'binary' });

/** Lines of a stream that is written directly to the socket. */
export const eventStream = z.string().meta({
  example:
    'id: WyJldmVudCIsNDJd\nevent: message.sent\ndata: {"id":"cmh3k2v1x0000qzrm5t9ab3de","type":"message.sent"}\n\n',
});
