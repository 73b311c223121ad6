import { type ErrorCode as Code, CodedError, errorCodes, fieldErrorSchema } from '@multiwa/contracts';
import { ErrorCode, type Msg, type NatsConnection, NatsError } from 'nats';
import { z } from 'zod';
import { encode } from './codec.js';
import { parseMessage, UnreadableMessage } from './parse.js';
import type { BusLogger } from './types.js';

/** A row of the catalog of questions. */
export interface Question {
  request: z.ZodType;
  response: z.ZodType;
  deadlineMs: number;
}

const answerSchema = z.union([
  z.object({ ok: z.literal(true), response: z.unknown() }),
  z.object({
    ok: z.literal(false),
    code: z.enum(errorCodes),
    detail: z.string(),
    errors: z.array(fieldErrorSchema).optional(),
  }),
]);

/** See Bus.ask and Bus.askWorker. `nobody`: what it means that nobody answers. */
export async function ask(
  connection: NatsConnection,
  subject: string,
  { deadlineMs, response }: Question,
  request: unknown,
  nobody: Code,
): Promise<unknown> {
  let message: Msg;
  try {
    message = await connection.request(subject, encode(request), { timeout: deadlineMs });
  } catch (cause) {
    throw askError(cause, nobody);
  }
  const answer = parseMessage(answerSchema, message.data);
  if (!answer.ok) throw new CodedError(answer.code, { detail: answer.detail, errors: answer.errors });
  return response.parse(answer.response);
}

function askError(cause: unknown, nobody: Code): CodedError {
  const code = cause instanceof NatsError ? cause.code : undefined;
  if (code === ErrorCode.NoResponders) return new CodedError(nobody, { cause });
  if (code === ErrorCode.Timeout) return new CodedError('ask_timeout', { cause });
  return new CodedError('service_unavailable', { cause });
}

/** Answers one question. Never throws: it is called from the client's read loop. */
export async function answerOne(
  logger: BusLogger,
  question: Question,
  message: Msg,
  handler: (request: unknown) => Promise<unknown>,
): Promise<void> {
  try {
    message.respond(encode(await answerTo(logger, question, message, handler)));
  } catch (error) {
    logger.error({ err: error, subject: message.subject }, 'An answer could not be sent');
  }
}

async function answerTo(
  logger: BusLogger,
  question: Question,
  message: Msg,
  handler: (request: unknown) => Promise<unknown>,
): Promise<z.input<typeof answerSchema>> {
  try {
    return { ok: true, response: await handler(parseMessage(question.request, message.data)) };
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
