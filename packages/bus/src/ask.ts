import { type AskVerb, asks, CodedError, errorCodes, fieldErrorSchema, subjects } from '@multiwa/contracts';
import { ErrorCode, type Msg, type NatsConnection, NatsError } from 'nats';
import { z } from 'zod';
import { encode } from './codec.js';
import { parseMessage, UnreadableMessage } from './parse.js';
import type { AskRequest, AskResponse, BusLogger } from './types.js';

const answerSchema = z.union([
  z.object({ ok: z.literal(true), response: z.unknown() }),
  z.object({
    ok: z.literal(false),
    code: z.enum(errorCodes),
    detail: z.string(),
    errors: z.array(fieldErrorSchema).optional(),
  }),
]);

/** See Bus.ask. */
export async function ask<V extends AskVerb>(
  connection: NatsConnection,
  verb: V,
  profileId: string,
  request: AskRequest<V>,
): Promise<AskResponse<V>> {
  const { deadlineMs, response } = asks[verb];
  let message: Msg;
  try {
    message = await connection.request(subjects.ask(profileId, verb), encode(request), { timeout: deadlineMs });
  } catch (cause) {
    throw askError(cause);
  }
  const answer = parseMessage(answerSchema, message.data);
  if (!answer.ok) throw new CodedError(answer.code, { detail: answer.detail, errors: answer.errors });
  return response.parse(answer.response) as AskResponse<V>;
}

function askError(cause: unknown): CodedError {
  const code = cause instanceof NatsError ? cause.code : undefined;
  if (code === ErrorCode.NoResponders) return new CodedError('profile_not_connected', { cause });
  if (code === ErrorCode.Timeout) return new CodedError('ask_timeout', { cause });
  return new CodedError('service_unavailable', { cause });
}

/** Answers one question. Never throws: it is called from the client's read loop. */
export async function answerOne<V extends AskVerb>(
  logger: BusLogger,
  verb: V,
  message: Msg,
  handler: (request: AskRequest<V>) => Promise<AskResponse<V>>,
): Promise<void> {
  try {
    message.respond(encode(await answerTo(logger, verb, message, handler)));
  } catch (error) {
    logger.error({ err: error, subject: message.subject }, 'An answer could not be sent');
  }
}

async function answerTo<V extends AskVerb>(
  logger: BusLogger,
  verb: V,
  message: Msg,
  handler: (request: AskRequest<V>) => Promise<AskResponse<V>>,
): Promise<z.input<typeof answerSchema>> {
  try {
    const request = parseMessage(asks[verb].request, message.data) as AskRequest<V>;
    return { ok: true, response: await handler(request) };
  } catch (error) {
    if (error instanceof CodedError) {
      return { ok: false, code: error.code, detail: error.message, errors: error.errors };
    }
    if (error instanceof UnreadableMessage) {
      return { ok: false, code: 'validation_failed', detail: `The question cannot be read: ${error.message}.` };
    }
    logger.error({ err: error, subject: message.subject }, 'The handler of a question threw');
    return { ok: false, code: 'internal_error', detail: 'Something went wrong on our side.' };
  }
}
