import { z } from 'zod';
import { destinationSchema, readableSchema } from '../addresses.js';
import { chatActionSchema } from '../chat-actions.js';
import { outboundContentSchema } from '../content.js';
import { idSchema } from '../ids.js';
import { timing } from './timing.js';

/** "Please send this." Carries all that the engine needs, so that sending reads no table. */
export const sendCommandSchema = z.object({
  messageId: idSchema,
  workspaceId: idSchema,
  profileId: idSchema,
  waMessageId: z.string().min(8).max(64),
  chat: destinationSchema,
  content: outboundContentSchema,
  /** When it was accepted, or came due; orders the messages of one chat. */
  acceptedAt: z.iso.datetime(),
  /** Not to be sent after this; the message then ends FAILED with `expired`. */
  expiresAt: z.iso.datetime().optional(),
  /** Set by the sweep: the command may have been carried out before, so ask the database first. */
  repeated: z.boolean().optional(),
  /** Show the chat that we type for this long before it is sent. */
  typingMs: z.number().int().positive().max(timing.send.typing.maxMs).optional(),
  /** Ask the database right before sending whether the message is still QUEUED: a paused broadcast takes its messages back. */
  guarded: z.boolean().optional(),
});
export type SendCommand = z.infer<typeof sendCommandSchema>;

/** "Please tell WhatsApp of this change of a chat." */
export const chatCommandSchema = z.object({
  commandId: idSchema,
  workspaceId: idSchema,
  profileId: idSchema,
  chat: readableSchema,
  action: chatActionSchema,
  acceptedAt: z.iso.datetime(),
});
export type ChatCommand = z.infer<typeof chatCommandSchema>;

/** Commands by verb. Each is deduplicated in its stream by the key given here. */
export const commands = {
  send: {
    schema: sendCommandSchema,
    /** With the time, because a message that a paused broadcast took back is handed over again when it is resumed. */
    dedupeKey: (command: SendCommand) => `${command.messageId}:${command.acceptedAt}`,
    description: 'Send one message from a profile.',
  },
  chat: {
    schema: chatCommandSchema,
    dedupeKey: ({ commandId }: ChatCommand) => commandId,
    description: 'Tell WhatsApp of a change of a chat: read, archived, muted, pinned, cleared, deleted.',
  },
} as const;
