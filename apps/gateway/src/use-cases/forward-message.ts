import {
  CodedError,
  type forwardMessageSchema,
  isActionType,
  type OutboundContent,
  outboundContentSchema,
  placeOf,
} from '@multiwa/contracts';
import type { Message, MessagesRepository, ProfileScope } from '@multiwa/db';
import type { z } from 'zod';
import type { AcceptSend, Idempotency, SendOutcome } from './accept-send.js';
import type { ResolveChat } from './addressing.js';

export interface ForwardMessageDeps {
  acceptSend: AcceptSend;
  resolveChat: ResolveChat;
  messages: Pick<MessagesRepository, 'find'>;
}

/** Kinds that WhatsApp's clients forward. A poll belongs to the chat in which it was asked. */
const forwardable: readonly Message['type'][] = ['TEXT', 'LOCATION', 'CONTACT'];

/** Sends a message that is stored, received or sent, to somebody else, with WhatsApp's mark of a forwarded one. */
export function makeForwardMessage({ acceptSend, resolveChat, messages }: ForwardMessageDeps) {
  return (
    scope: ProfileScope,
    messageId: string,
    { to, ...terms }: z.output<typeof forwardMessageSchema>,
    idempotency?: Idempotency,
  ): Promise<SendOutcome> => {
    const compose = async () => {
      const message = await messages.find(scope, messageId);
      const isInChat = message && placeOf(message.chat) === 'chat';
      if (!message || !isInChat || isActionType(message.type)) throw new CodedError('message_not_found');
      return { chat: await resolveChat(scope, to, '#/to'), content: forwarded(message) };
    };
    return acceptSend(scope, compose, terms, idempotency);
  };
}
export type ForwardMessageUseCase = ReturnType<typeof makeForwardMessage>;

/** The content alone: whom it answered and whom it mentioned was for the chat it came from. */
function forwarded({ type, content, deletedAt }: Message): OutboundContent {
  const plain = { ...(content as object), quote: undefined, mentions: undefined, mentionAll: undefined };
  const parsed = forwardable.includes(type) && !deletedAt ? outboundContentSchema.safeParse(plain) : undefined;
  if (!parsed?.success) throw new CodedError('message_not_forwardable');
  return { ...parsed.data, forwarded: true } as OutboundContent;
}
