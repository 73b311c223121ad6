import { z } from 'zod';

/** What a message row may be. EDIT, DELETE, REACTION and VOTE are sends that change an earlier message. */
export const messageTypes = [
  'TEXT',
  'IMAGE',
  'VIDEO',
  'AUDIO',
  'DOCUMENT',
  'LOCATION',
  'CONTACT',
  'POLL',
  'STICKER',
  'ALBUM',
  'REACTION',
  'EDIT',
  'DELETE',
  'VOTE',
  'UNSUPPORTED',
] as const;
export const messageTypeSchema = z.enum(messageTypes);
export type MessageType = z.infer<typeof messageTypeSchema>;

/** Sends that change an earlier message and are no message of the chat: lists leave them out unless asked for. */
export const actionTypes = ['REACTION', 'EDIT', 'DELETE', 'VOTE'] as const satisfies MessageType[];
export type ActionType = (typeof actionTypes)[number];

/** Files that are shown with a text, which their author may edit. */
export const captionedTypes = ['IMAGE', 'VIDEO', 'DOCUMENT'] as const satisfies MessageType[];

export function isCaptioned(type: string): type is (typeof captionedTypes)[number] {
  return (captionedTypes as readonly string[]).includes(type);
}

export function isActionType(type: MessageType): type is ActionType {
  return (actionTypes as readonly MessageType[]).includes(type);
}
