import { z } from 'zod';
import { identitySchema } from './addresses.js';
import {
  deleteContent,
  deleteInput,
  deleteOutbound,
  editContent,
  editInput,
  editOutbound,
  reactionContent,
  reactionInput,
  reactionOutbound,
} from './content/actions.js';
import { contentParts, quoteSchema, sendOptions } from './content/common.js';
import { contactContent, contactInput } from './content/contact.js';
import { locationContent, locationInput } from './content/location.js';
import { audioContent, documentContent, imageContent, stickerContent, videoContent } from './content/media.js';
import { pollContent, pollInput, pollOutbound, pollStored } from './content/poll.js';
import { textContent, textInput, textOutbound } from './content/text.js';

/** A kind this gateway does not read yet: stored and announced with its raw name, never dropped. */
const unsupportedContent = {
  type: z.literal('UNSUPPORTED'),
  rawType: z.string().describe('The field of the WhatsApp protobuf message that carried the content.'),
};
export const unsupportedContentSchema = z.object(unsupportedContent);

/** What stands in place of a message that its author deleted for everyone. */
const deletedContent = { type: z.literal('DELETED') };

/** Kinds that arrive, without what any of them may carry beside. */
const plainMembers = [
  z.object(textContent),
  z.object(locationContent),
  z.object(contactContent),
  z.object(imageContent),
  z.object(videoContent),
  z.object(audioContent),
  z.object(documentContent),
  z.object(stickerContent),
  unsupportedContentSchema,
] as const;

/** What a quote carries of the message it answers, for a recipient who does not have it. */
export const quotedContentSchema = z.discriminatedUnion('type', [...plainMembers, z.object(pollContent)]);
export type QuotedContent = z.infer<typeof quotedContentSchema>;

const carried = <T extends z.ZodRawShape>(shape: T) => z.object({ ...shape, ...contentParts });

const shownMembers = [
  carried(textContent),
  carried(locationContent),
  carried(contactContent),
  carried(imageContent),
  carried(videoContent),
  carried(audioContent),
  carried(documentContent),
  carried(stickerContent),
  carried(unsupportedContent),
  z.object(reactionContent),
  z.object(editContent),
  z.object(deleteContent),
  z.object(deletedContent),
] as const;

/** What can arrive or be listed. */
export const contentSchema = z.discriminatedUnion('type', [...shownMembers, carried(pollContent)]);
export type Content = z.infer<typeof contentSchema>;

/** What arrives, as engines hand it on and as it is kept: with what is never shown. */
export const receivedContentSchema = z.discriminatedUnion('type', [...shownMembers, carried(pollStored)]);
export type ReceivedContent = z.infer<typeof receivedContentSchema>;

/** What a send carries beside its kind, resolved: an engine needs no table to send it. */
const outboundParts = {
  quote: quoteSchema
    .extend({
      messageId: z.string(),
      fromMe: z.boolean(),
      content: quotedContentSchema,
    })
    .optional(),
  mentions: z.array(identitySchema).optional(),
  mentionAll: z.boolean().optional(),
  forwarded: z.boolean().optional(),
};
export type OutboundParts = z.infer<z.ZodObject<typeof outboundParts>>;
export type OutboundQuote = NonNullable<OutboundParts['quote']>;

const outbound = <T extends z.ZodRawShape>(shape: T) => z.object({ ...shape, ...outboundParts });

/** What can be sent, as it is stored and as it goes to an engine. One member a kind. */
export const outboundContentSchema = z.discriminatedUnion('type', [
  outbound(textOutbound),
  outbound(locationInput),
  outbound(contactContent),
  outbound(pollOutbound),
  z.object(reactionOutbound),
  z.object({ ...editOutbound, mentions: outboundParts.mentions }),
  z.object(deleteOutbound),
]);
export type OutboundContent = z.infer<typeof outboundContentSchema>;
export type OutboundOf<T extends OutboundContent['type']> = Extract<OutboundContent, { type: T }>;

/** A text without anything beside it: what broadcasts and flows send. */
export const textContentSchema = z.object({ type: textInput.type, text: textInput.text });

/** What `POST /profiles/{id}/messages` takes beside the address, by kind. */
export const sendInputs = {
  TEXT: { ...textInput, ...sendOptions },
  LOCATION: { ...locationInput, ...sendOptions },
  CONTACT: { ...contactInput, ...sendOptions },
  POLL: { ...pollInput, ...sendOptions },
  REACTION: reactionInput,
  EDIT: { ...editInput, mentions: sendOptions.mentions },
  DELETE: deleteInput,
} as const;

/** Kinds that other gateways offer and that WhatsApp’s clients no longer show; refused with a hint. */
export const refusedTypes = ['BUTTONS', 'LIST'] as const;

export * from './content/actions.js';
export * from './content/common.js';
export * from './content/contact.js';
export * from './content/media.js';
export * from './content/poll.js';
export * from './content/text.js';
export * from './content/types.js';
