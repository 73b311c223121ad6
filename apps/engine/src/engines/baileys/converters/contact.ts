import type { OutboundOf, ReceivedContent } from '@multiwa/contracts';
import { phonesOfVcard } from '@multiwa/domain';
import type { proto } from '@whiskeysockets/baileys';
import type { ContextInfo } from './context.js';

export function contactToProto({ contacts }: OutboundOf<'CONTACT'>, contextInfo: ContextInfo): proto.IMessage {
  const cards = contacts.map(({ name, vcard }) => ({ displayName: name, vcard }));
  const [card] = cards;
  if (card && cards.length === 1) return { contactMessage: { ...card, contextInfo } };
  return { contactsArrayMessage: { displayName: `${cards.length} contacts`, contacts: cards, contextInfo } };
}

export function contactFromProto(message: proto.IMessage): ReceivedContent | undefined {
  const { contactMessage, contactsArrayMessage } = message;
  const cards = contactsArrayMessage ? (contactsArrayMessage.contacts ?? []) : contactMessage ? [contactMessage] : null;
  if (!cards) return undefined;
  return { type: 'CONTACT', contacts: cards.map(cardFromProto) };
}

function cardFromProto({ displayName, vcard }: proto.Message.IContactMessage) {
  return { name: displayName ?? '', vcard: vcard ?? '', phones: phonesOfVcard(vcard ?? '') };
}
