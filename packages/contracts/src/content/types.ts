import { z } from 'zod';

/** What a message row may be. EDIT, DELETE and REACTION are sends that change an earlier message. */
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
  'REACTION',
  'EDIT',
  'DELETE',
  'UNSUPPORTED',
] as const;
export const messageTypeSchema = z.enum(messageTypes);
export type MessageType = z.infer<typeof messageTypeSchema>;

/** Sends that change an earlier message and are no message of the chat: lists leave them out unless asked for. */
export const actionTypes = ['REACTION', 'EDIT', 'DELETE'] as const satisfies MessageType[];
export type ActionType = (typeof actionTypes)[number];

export function isActionType(type: MessageType): type is ActionType {
  return (actionTypes as readonly MessageType[]).includes(type);
}
