import { z } from 'zod';
import { identitySchema } from './addresses.js';

const time = z.iso.datetime();

/** How long messages of a chat may live, as WhatsApp offers it; 0 turns disappearing off. */
export const ephemeralSeconds = [0, 86_400, 604_800, 7_776_000] as const;
export const ephemeralSecondsSchema = z.literal(ephemeralSeconds);

/** Muted until somebody changes it: the last time that a date can say. */
export const mutedForever = '9999-12-31T23:59:59.999Z';

/** A message of a chat, as WhatsApp names it to say how far a chat had come. */
export const chatMessageSchema = z.object({
  waMessageId: z.string(),
  fromMe: z.boolean(),
  /** Who wrote it; needed in a group, and of a status. */
  sender: identitySchema.nullable(),
  timestamp: time,
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** The newest message of the chat when it was changed; null when there is none. */
const last = chatMessageSchema.nullable();

/** What can be done to a chat at WhatsApp, by us and by the phone. */
export const chatActionSchema = z.discriminatedUnion('do', [
  /** `messages`: those not read yet, newest first; their senders are told. */
  z.object({ do: z.literal('read'), messages: z.array(chatMessageSchema), unmark: z.boolean(), last }),
  z.object({ do: z.literal('unread'), last }),
  z.object({ do: z.literal('archive'), archived: z.boolean(), last }),
  z.object({ do: z.literal('mute'), until: time.nullable() }),
  z.object({ do: z.literal('pin'), pinned: z.boolean() }),
  z.object({ do: z.literal('clear'), last }),
  z.object({ do: z.literal('delete'), last }),
  z.object({ do: z.literal('ephemeral'), seconds: ephemeralSecondsSchema, waMessageId: z.string() }),
]);
export type ChatAction = z.infer<typeof chatActionSchema>;
export const chatActionNames = ['read', 'unread', 'archive', 'mute', 'pin', 'clear', 'delete', 'ephemeral'] as const;
export const chatActionNameSchema = z.enum(chatActionNames);

/** What another device of the account did to a chat. */
export const chatChangeSchema = z.discriminatedUnion('did', [
  /** Up to the newest of these; of none when all was read. */
  z.object({ did: z.literal('read'), waMessageIds: z.array(z.string()) }),
  z.object({ did: z.literal('unread') }),
  z.object({ did: z.literal('archive'), archived: z.boolean() }),
  z.object({ did: z.literal('mute'), until: time.nullable() }),
  z.object({ did: z.literal('pin'), pinned: z.boolean() }),
  z.object({ did: z.literal('clear') }),
  z.object({ did: z.literal('delete') }),
  z.object({ did: z.literal('ephemeral'), seconds: z.number().int().nonnegative() }),
]);
export type ChatChange = z.infer<typeof chatChangeSchema>;
