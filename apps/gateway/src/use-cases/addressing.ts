import { CodedError } from '@multiwa/contracts';
import type { ContactsRepository, ProfileScope } from '@multiwa/db';
import { chatOfPhone, parseRecipient, phoneForms, userOfChat } from '@multiwa/domain';

export type ResolveChat = (scope: ProfileScope, to: string, pointer: string) => Promise<string>;

/**
 * The canonical chat behind what a customer wrote. A LID whose phone number the profile has learnt is that number's
 * chat, and a number goes by the form that WhatsApp was seen to use, so that a person has one conversation. @throws CodedError `recipient_invalid`
 */
export function makeResolveChat({
  contacts,
}: {
  contacts: Pick<ContactsRepository, 'phoneOfLid' | 'firstKnownPhone'>;
}): ResolveChat {
  /** Most numbers have one form, and cost no look-up. */
  async function knownForm(scope: ProfileScope, phone: string): Promise<string | null> {
    const forms = phoneForms(phone);
    return forms.length === 1 ? phone : contacts.firstKnownPhone(scope, forms);
  }

  return async (scope, to, pointer) => {
    const recipient = parseRecipient(to);
    if (!recipient.ok) {
      const { message } = recipient;
      throw new CodedError('recipient_invalid', {
        detail: message,
        errors: [{ pointer, code: 'recipient_invalid', message }],
      });
    }
    if (recipient.kind === 'group') return recipient.chat;
    const user = userOfChat(recipient.chat);
    const phone = recipient.kind === 'lid' ? await contacts.phoneOfLid(scope, user) : await knownForm(scope, user);
    return phone === null ? recipient.chat : chatOfPhone(phone);
  };
}
