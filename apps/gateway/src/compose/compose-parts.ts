import {
  CodedError,
  type Identity,
  isActionType,
  type OutboundParts,
  type OutboundQuote,
  quotedContentSchema,
} from '@multiwa/contracts';
import type { ContactsRepository, Message, MessagesRepository, ProfileScope } from '@multiwa/db';
import { parseRecipient, userOfChat } from '@multiwa/domain';
import { summaryOf } from './summary.js';
import { unknownReference } from './unknown-reference.js';

export interface PartsDeps {
  messages: Pick<MessagesRepository, 'find'>;
  contacts: Pick<ContactsRepository, 'phoneOfLid'>;
}

interface Asked {
  quote?: { messageId: string } | undefined;
  mentions?: string[] | undefined;
  mentionAll?: boolean | undefined;
  forwarded?: boolean | undefined;
}

/** What a send carries beside its kind. @throws CodedError `referred_message_unknown`, `recipient_invalid` */
export function makeComposeParts(deps: PartsDeps) {
  const mentioned = makeMentioned(deps);
  return async (scope: ProfileScope, chat: string, asked: Asked): Promise<OutboundParts> => {
    const { quote, mentions, mentionAll, forwarded } = asked;
    return {
      ...(quote && { quote: await quoted(scope, chat, quote.messageId) }),
      ...(mentions && mentions.length > 0 && { mentions: await mentioned(scope, mentions) }),
      ...(mentionAll && { mentionAll }),
      ...(forwarded && { forwarded }),
    };
  };

  async function quoted(scope: ProfileScope, chat: string, id: string): Promise<OutboundQuote> {
    const message = await deps.messages.find(scope, id);
    const content = quotedContentSchema.safeParse(message?.content).data;
    if (!message || message.chat !== chat || isActionType(message.type) || !content) {
      throw unknownReference('#/quote/messageId');
    }
    const { waMessageId, fromMe, type } = message;
    return { messageId: id, waMessageId, fromMe, sender: senderOf(message), type, text: summaryOf(content), content };
  }
}

function senderOf({ fromMe, senderPhone, senderLid }: Message): Identity | null {
  return fromMe || (senderPhone === null && senderLid === null) ? null : { phone: senderPhone, lid: senderLid };
}

/** The people whom a send mentions. @throws CodedError `recipient_invalid` */
export function makeMentioned({ contacts }: Pick<PartsDeps, 'contacts'>) {
  return (scope: ProfileScope, mentions: readonly string[]): Promise<Identity[]> =>
    Promise.all(mentions.map((mention, index) => identityOf(scope, mention, `#/mentions/${index}`)));

  async function identityOf(scope: ProfileScope, mention: string, pointer: string): Promise<Identity> {
    const parsed = parseRecipient(mention);
    if (!parsed.ok || parsed.kind === 'group') {
      const message = parsed.ok ? 'A group cannot be mentioned.' : parsed.message;
      const errors = [{ pointer, code: 'recipient_invalid', message }];
      throw new CodedError('recipient_invalid', { detail: message, errors });
    }
    const user = userOfChat(parsed.chat);
    if (parsed.kind === 'phone') return { phone: user, lid: null };
    return { phone: await contacts.phoneOfLid(scope, user), lid: user };
  }
}
