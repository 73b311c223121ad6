import { CodedError } from '@multiwa/contracts';
import type { ContactsRepository, ProfileScope } from '@multiwa/db';
import { chatOfPhone, parseRecipient, userOfChat } from '@multiwa/domain';

export type ResolveChat = (scope: ProfileScope, to: string, pointer: string) => Promise<string>;

/**
 * The canonical chat behind what a customer wrote. A LID whose phone number the profile has learnt is that number's
 * chat, so that a person has one conversation. @throws CodedError `recipient_invalid`
 */
export function makeResolveChat({ contacts }: { contacts: Pick<ContactsRepository, 'phoneOfLid'> }): ResolveChat {
  return async (scope, to, pointer) => {
    const recipient = parseRecipient(to);
    if (!recipient.ok) {
      const { message } = recipient;
      throw new CodedError('recipient_invalid', {
        detail: message,
        errors: [{ pointer, code: 'recipient_invalid', message }],
      });
    }
    if (recipient.kind !== 'lid') return recipient.chat;
    const phone = await contacts.phoneOfLid(scope, userOfChat(recipient.chat));
    return phone === null ? recipient.chat : chatOfPhone(phone);
  };
}
