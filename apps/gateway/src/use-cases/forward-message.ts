import { CodedError, type forwardMessageSchema, isActionType, type OutboundContent, placeOf } from '@multiwa/contracts';
import type { MessagesRepository, ProfileScope } from '@multiwa/db';
import type { z } from 'zod';
import type { ComposeForward } from '../compose/compose-forward.js';
import type { AcceptSend, Idempotency, SendOutcome } from './accept-send.js';
import type { ResolveChat } from './addressing.js';

export interface ForwardMessageDeps {
  acceptSend: AcceptSend;
  resolveChat: ResolveChat;
  composeForward: ComposeForward;
  messages: Pick<MessagesRepository, 'find'>;
}

/** Sends a message that is stored, received or sent, to somebody else, with WhatsApp's mark of a forwarded one. */
export function makeForwardMessage({ acceptSend, resolveChat, composeForward, messages }: ForwardMessageDeps) {
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
      const chat = await resolveChat(scope, to, '#/to');
      const content: OutboundContent = await composeForward(scope, message);
      return { chat, content };
    };
    return acceptSend(scope, compose, terms, idempotency);
  };
}
export type ForwardMessageUseCase = ReturnType<typeof makeForwardMessage>;
