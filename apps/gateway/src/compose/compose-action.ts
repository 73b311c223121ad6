import {
  type ActionTarget,
  type ActionType,
  CodedError,
  type ErrorCode,
  isActionType,
  type MessageStatus,
  type OutboundContent,
  outboundContentSchema,
  type ParsedSend,
  placeOf,
} from '@multiwa/contracts';
import type { Message, MessagesRepository, ProfileScope } from '@multiwa/db';
import { limits } from '../limits.js';
import { makeMentioned, type PartsDeps } from './compose-parts.js';
import { composeVote } from './compose-vote.js';
import { unknownReference } from './unknown-reference.js';

export interface ActionDeps extends Pick<PartsDeps, 'contacts'> {
  messages: Pick<MessagesRepository, 'find'>;
  now(): Date;
}

type Input = Extract<ParsedSend, { type: ActionType }>;

/** At the phone, or going there before anything that is accepted now. */
const sentStatuses: readonly MessageStatus[] = ['QUEUED', 'SENT', 'DELIVERED', 'READ', 'PLAYED'];

/**
 * A send that changes an earlier message goes to the chat of that message. @throws CodedError `referred_message_unknown`,
 * `message_not_editable`, `message_not_deletable`, `poll_not_votable`
 */
export function makeComposeAction({ messages, contacts, now }: ActionDeps) {
  const mentioned = makeMentioned({ contacts });
  return async (scope: ProfileScope, input: Input): Promise<{ chat: string; content: OutboundContent }> => {
    const message = await messages.find(scope, input.messageId);
    const isInChat = message && placeOf(message.chat) === 'chat';
    if (!message || !isInChat || isActionType(message.type)) throw unknownReference('#/messageId');
    const { chat } = message;
    const target = targetOf(message);
    switch (input.type) {
      case 'REACTION': {
        if (message.deletedAt || !wasSent(message)) throw unknownReference('#/messageId');
        return { chat, content: { type: 'REACTION', target, emoji: input.emoji } };
      }
      case 'EDIT': {
        refuse('message_not_editable', whyNotEditable(message, now()));
        const mentions = input.mentions && (await mentioned(scope, input.mentions));
        const file = captioned(message);
        const { text } = input;
        return { chat, content: { type: 'EDIT', target, text, ...(mentions && { mentions }), ...(file && { file }) } };
      }
      case 'DELETE':
        refuse('message_not_deletable', whyNotDeletable(message, now()));
        return { chat, content: { type: 'DELETE', target } };
      case 'VOTE':
        return { chat, content: { type: 'VOTE', target, ...composeVote(message, input.options) } };
    }
  };
}

function targetOf({ id: messageId, waMessageId, fromMe, senderPhone: phone, senderLid: lid }: Message): ActionTarget {
  return { messageId, waMessageId, fromMe, sender: fromMe || (phone ?? lid) === null ? null : { phone, lid } };
}

function wasSent({ fromMe, status }: Message): boolean {
  return !fromMe || sentStatuses.includes(status);
}

function whyNotEditable(message: Message, now: Date): string | null {
  if (!message.fromMe) return 'Another person wrote it.';
  if (message.type !== 'TEXT' && !captioned(message))
    return 'It has neither a text nor a caption that could be edited.';
  if (message.deletedAt) return 'It was deleted.';
  if (!wasSent(message)) return `It is ${message.status}.`;
  return ageMs(message, now) > limits.editWithinMs ? 'It was sent more than 15 minutes ago.' : null;
}

/** The file whose caption may be edited, as it was sent. */
function captioned({ content }: Message) {
  const sent = outboundContentSchema.safeParse(content).data;
  if (!sent || !('media' in sent) || sent.media.state !== 'READY') return undefined;
  if (sent.type === 'IMAGE' || sent.type === 'VIDEO') return sent.viewOnce ? undefined : sent;
  return sent.type === 'DOCUMENT' ? sent : undefined;
}

/** In a group an admin may delete what others wrote; WhatsApp knows who is one. */
function whyNotDeletable(message: Message, now: Date): string | null {
  if (!message.fromMe && !message.chat.endsWith('@g.us')) return 'Another person wrote it.';
  if (message.deletedAt) return 'It was deleted before.';
  if (!wasSent(message)) return `It is ${message.status}.`;
  return ageMs(message, now) > limits.deleteWithinMs ? 'It was sent more than two days ago.' : null;
}

function ageMs({ sentAt, timestamp }: Message, now: Date): number {
  return now.getTime() - (sentAt ?? timestamp).getTime();
}

function refuse(code: ErrorCode, why: string | null): void {
  if (why === null) return;
  throw new CodedError(code, { detail: why, errors: [{ pointer: '#/messageId', code, message: why }] });
}
