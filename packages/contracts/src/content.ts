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
  voteContent,
  voteInput,
  voteOutbound,
} from './content/actions.js';
import { albumContent } from './content/album.js';
import { albumParts, contentParts, quoteSchema, sendOptions } from './content/common.js';
import { contactContent, contactInput } from './content/contact.js';
import { locationContent, locationInput } from './content/location.js';
import {
  audioInput,
  audioOutbound,
  documentInput,
  documentOutbound,
  fileContents,
  imageInput,
  imageOutbound,
  keptFileContents,
  stickerInput,
  stickerOutbound,
  videoInput,
  videoOutbound,
} from './content/media.js';
import { pollContent, pollInput, pollOutbound, pollStored } from './content/poll.js';
import { statusPartSchema } from './content/status.js';
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
  z.object(fileContents.image),
  z.object(fileContents.video),
  z.object(fileContents.audio),
  z.object(fileContents.document),
  z.object(fileContents.sticker),
  z.object(albumContent),
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
  carried(albumContent),
  carried(unsupportedContent),
  z.object(reactionContent),
  z.object(editContent),
  z.object(deleteContent),
  z.object(voteContent),
  z.object(deletedContent),
] as const;

/** Files as they are shown, and as they are kept: with what is needed to fetch them. */
const shownFiles = [
  carried(fileContents.image),
  carried(fileContents.video),
  carried(fileContents.audio),
  carried(fileContents.document),
  carried(fileContents.sticker),
] as const;
const keptFiles = [
  carried(keptFileContents.image),
  carried(keptFileContents.video),
  carried(keptFileContents.audio),
  carried(keptFileContents.document),
  carried(keptFileContents.sticker),
] as const;

/** What can arrive or be listed. */
export const contentSchema = z.discriminatedUnion('type', [...shownMembers, ...shownFiles, carried(pollContent)]);
export type Content = z.infer<typeof contentSchema>;

/** What arrives, as engines hand it on and as it is kept: with what is never shown. */
export const receivedContentSchema = z.discriminatedUnion('type', [...shownMembers, ...keptFiles, carried(pollStored)]);
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
  /** Present exactly on what is posted as a status, and on what is said about one. */
  status: statusPartSchema.optional(),
  ...albumParts,
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
  outbound(imageOutbound),
  outbound(videoOutbound),
  outbound(audioOutbound),
  outbound(documentOutbound),
  outbound(stickerOutbound),
  outbound(albumContent),
  z.object({ ...reactionOutbound, status: outboundParts.status }),
  z.object({ ...editOutbound, mentions: outboundParts.mentions }),
  z.object({ ...deleteOutbound, status: outboundParts.status }),
  z.object(voteOutbound),
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
  IMAGE: { ...imageInput, ...sendOptions },
  VIDEO: { ...videoInput, ...sendOptions },
  AUDIO: { ...audioInput, ...sendOptions },
  DOCUMENT: { ...documentInput, ...sendOptions },
  STICKER: { ...stickerInput, ...sendOptions },
  REACTION: reactionInput,
  EDIT: { ...editInput, mentions: sendOptions.mentions },
  DELETE: deleteInput,
  VOTE: voteInput,
} as const;

/** Kinds that other gateways offer and that WhatsApp’s clients no longer show; refused with a hint. */
export const refusedTypes = ['BUTTONS', 'LIST'] as const;

export * from './content/actions.js';
export * from './content/album.js';
export * from './content/common.js';
export * from './content/contact.js';
export * from './content/media.js';
export * from './content/poll.js';
export * from './content/status.js';
export * from './content/text.js';
export * from './content/types.js';
