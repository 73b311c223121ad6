import { z } from 'zod';
import { AUTO_REPLIES } from '../model/account.js';

/** Digits of an E.164 number; at most 14, so that they never equal a LID of this network, which has 15. */
const phoneNumber = z
  .string()
  .transform((text) => text.replace(/[\s+()-]/g, ''))
  .pipe(z.string().regex(/^[1-9]\d{7,13}$/, 'must be an E.164 number of 8 to 14 digits'));

const name = z.string().min(1).max(100);
const autoReply = z.enum(AUTO_REPLIES);
const count = (most: number) => z.coerce.number().int().min(0).max(most);

export const createPhoneSchema = z.strictObject({
  phone: phoneNumber.optional(),
  name: name.optional(),
  autoReply: autoReply.optional(),
});

export const bulkPhonesSchema = z.strictObject({
  count: z.int().min(1).max(10_000),
  /** Leading digits; the rest of the number counts up. */
  prefix: z
    .string()
    .regex(/^[1-9]\d{3,9}$/)
    .default('62813'),
  autoReply: autoReply.optional(),
});

export const changePhoneSchema = z.strictObject({ name: name.optional(), autoReply: autoReply.optional() });
export const powerSchema = z.strictObject({ on: z.boolean() });
export const scanSchema = z.strictObject({ qr: z.string().min(1).max(2_000) });
export const pairSchema = z.strictObject({ code: z.string().min(8).max(20) });

const sending = {
  to: z.string().min(3).max(60),
  addressing: z.enum(['pn', 'lid']).default('pn'),
  id: z
    .string()
    .regex(/^[0-9A-Za-z]{4,64}$/)
    .optional(),
};

/** A text, or any WhatsApp protobuf message as JSON with its bytes as base64. */
export const sendSchema = z.union([
  z.strictObject({ ...sending, text: z.string().min(1).max(65_536) }),
  z.strictObject({ ...sending, content: z.record(z.string(), z.unknown()) }),
]);

export const voteSchema = z.strictObject({ poll: z.string().max(64), options: z.array(z.string()).max(20) });

export const readSchema = z.union([
  z.strictObject({ ids: z.array(z.string()).min(1).max(10_000) }),
  z.strictObject({ all: z.literal(true) }),
]);

export const messagesQuerySchema = z.strictObject({
  /** Only messages of this person (phone number or LID digits). */
  from: z.string().optional(),
  /** Only messages behind this `seq`. */
  after: count(Number.MAX_SAFE_INTEGER).default(0),
  limit: count(10_000).default(10_000),
  /** How long to wait for the first message when there is none. */
  waitMs: count(60_000).default(0),
  /** What came in (default), what the phone's own companions sent, or both. */
  direction: z.enum(['in', 'own', 'all']).default('in'),
});

export const sentQuerySchema = z.strictObject({ after: count(Number.MAX_SAFE_INTEGER).default(0) });
export const phoneParamSchema = z.object({ phone: z.string().max(60) });
export const messageParamSchema = phoneParamSchema.extend({ id: z.string().max(64) });
export const companionParamSchema = phoneParamSchema.extend({ device: z.coerce.number().int().min(1).max(255) });
export const faultParamSchema = z.object({ id: z.string().max(40) });
export const phoneFilterSchema = z.strictObject({ phone: phoneNumber.optional(), events: z.stringbool().optional() });

export const traceQuerySchema = z.strictObject({
  phone: phoneNumber.optional(),
  device: z.coerce.number().int().optional(),
  connection: z.string().optional(),
});

/** Whose sockets; all when absent. */
export const socketsOfSchema = z.strictObject({ phone: phoneNumber.optional() });

const closeHow = z.enum(['reset', 'end', 'stream-error', 'failure']);

const actionSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('drop') }),
  z.strictObject({ do: z.literal('delay'), delayMs: z.int().min(1).max(600_000) }),
  z.strictObject({ do: z.literal('duplicate'), copies: z.int().min(2).max(10).default(2) }),
  z.strictObject({ do: z.literal('error'), code: z.int().min(100).max(999) }),
  z.strictObject({
    do: z.literal('close'),
    how: closeHow.default('reset'),
    code: z.int().min(100).max(999).optional(),
    when: z.enum(['before', 'after']).default('before'),
  }),
  z.strictObject({ do: z.literal('cut-offline-drain'), afterReceipts: z.int().min(0).max(100_000) }),
  z.strictObject({ do: z.literal('corrupt') }),
  z.strictObject({ do: z.literal('withhold'), type: z.string().max(64).optional() }),
  z.strictObject({ do: z.literal('half-open') }),
]);

export const faultSchema = z.strictObject({
  /** `in`: from a client to the network; `out`: from the network to a client. */
  direction: z.enum(['in', 'out']),
  match: z
    .strictObject({
      tag: z.string().optional(),
      attrs: z.record(z.string(), z.string()).optional(),
      child: z.string().optional(),
      phone: phoneNumber.optional(),
      device: z.int().min(0).max(255).optional(),
    })
    .default({}),
  action: actionSchema,
  times: z.int().min(1).optional(),
  skip: z.int().min(0).optional(),
  probability: z.number().min(0).max(1).optional(),
  seed: z.int().optional(),
});
