import {
  CodedError,
  type ContactCard,
  type ContactCardInput,
  type OutboundOf,
  type ParsedSend,
} from '@multiwa/contracts';
import { parseRecipient, phonesOfVcard, userOfChat, vcardOf } from '@multiwa/domain';

type Input = Extract<ParsedSend, { type: 'CONTACT' }>;

/** Contact cards as phones read them. @throws CodedError `contact_phone_invalid` */
export function composeCards({ type, contacts }: Input): OutboundOf<'CONTACT'> {
  return { type, contacts: contacts.map(composeCard) };
}

function composeCard({ name, phone, vcard, organization, email }: ContactCardInput, index: number): ContactCard {
  if (vcard !== undefined) return { name, vcard, phones: phonesOfVcard(vcard) };
  const digits = digitsOf(phone ?? '', index);
  return { name, vcard: vcardOf({ name, phone: digits, organization, email }), phones: [digits] };
}

function digitsOf(phone: string, index: number): string {
  const parsed = parseRecipient(phone);
  if (parsed.ok && parsed.kind === 'phone') return userOfChat(parsed.chat);
  const message = parsed.ok ? 'Only a phone number can stand in a contact card.' : parsed.message;
  throw new CodedError('contact_phone_invalid', {
    detail: message,
    errors: [{ pointer: `#/contacts/${index}/phone`, code: 'contact_phone_invalid', message }],
  });
}
