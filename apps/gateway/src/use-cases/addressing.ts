import { CodedError, type Identity } from '@multiwa/contracts';
import type { ContactsRepository, ProfileScope } from '@multiwa/db';
import { chatOfPhone, parseRecipient, phoneForms, type Recipient, userOfChat } from '@multiwa/domain';

interface AddressingDeps {
  contacts: Pick<ContactsRepository, 'phoneOfLid' | 'firstKnownPhone'>;
  /** The form of a number that a check has found lately. */
  checkedForm(scope: ProfileScope, phone: string): Promise<string | null>;
}

export type ResolveChat = (scope: ProfileScope, to: string, pointer: string) => Promise<string>;

/**
 * The canonical chat behind what a customer wrote. A LID whose phone number the profile has learnt is that number's
 * chat, and a number goes by the form that WhatsApp was seen to use, so that a person has one conversation. @throws CodedError `recipient_invalid`
 */
export function makeResolveChat({ contacts, checkedForm }: AddressingDeps): ResolveChat {
  /** Most numbers have one form, and cost no look-up. */
  async function knownForm(scope: ProfileScope, phone: string): Promise<string | null> {
    const forms = phoneForms(phone);
    if (forms.length === 1) return phone;
    return (await contacts.firstKnownPhone(scope, forms)) ?? checkedForm(scope, phone);
  }

  return async (scope, to, pointer) => {
    const recipient = recipientOf(to, pointer);
    if (recipient.kind === 'group') return recipient.chat;
    const user = userOfChat(recipient.chat);
    const phone = recipient.kind === 'lid' ? await contacts.phoneOfLid(scope, user) : await knownForm(scope, user);
    return phone === null ? recipient.chat : chatOfPhone(phone);
  };
}

/** A person as a customer wrote them, by phone or by LID. @throws CodedError `recipient_invalid` */
export function personOf(to: string, pointer: string): Identity {
  const { kind, chat } = recipientOf(to, pointer);
  if (kind === 'group') throw invalid('A person is meant here, not a group.', pointer);
  const user = userOfChat(chat);
  return kind === 'lid' ? { phone: null, lid: user } : { phone: user, lid: null };
}

function recipientOf(to: string, pointer: string): Extract<Recipient, { ok: true }> {
  const recipient = parseRecipient(to);
  if (recipient.ok) return recipient;
  throw invalid(recipient.message, pointer);
}

function invalid(message: string, pointer: string): CodedError {
  return new CodedError('recipient_invalid', {
    detail: message,
    errors: [{ pointer, code: 'recipient_invalid', message }],
  });
}
