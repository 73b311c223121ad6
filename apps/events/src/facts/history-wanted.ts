import type { HistoryMessagesFact, Identity } from '@multiwa/contracts';
import type { ContactState, ContactWanted } from '@multiwa/db';
import { chatOfPhone } from '@multiwa/domain';

/** Whom the messages of a part name. */
export function historyPeopleOf({ profileId, messages }: HistoryMessagesFact): ContactWanted[] {
  const people = new Map<string, ContactWanted>();
  const add = ({ phone, lid }: Identity) => people.set(`${phone} ${lid}`, { profileId, phone, lid });
  for (const { peer, sender, reactions } of messages) {
    add(sender);
    if (peer) add(peer);
    for (const reaction of reactions) add(reaction.sender);
  }
  return [...people.values()];
}

type AnyFact = { kind: string; payload: object };

/** The chats of imported messages, by the addresses that their rows go by. */
export function importedChats(
  facts: readonly AnyFact[],
  contacts: readonly ContactState[],
): { profileId: string; chat: string }[] {
  const chats = new Map<string, { profileId: string; chat: string }>();
  for (const { kind, payload } of facts) {
    if (kind !== 'history-messages') continue;
    const { profileId, messages } = payload as HistoryMessagesFact;
    for (const { chat: said, peer } of messages) {
      const phone = peer && (peer.phone ?? phoneOf(contacts, profileId, peer));
      const chat = phone ? chatOfPhone(phone) : said;
      chats.set(`${profileId} ${chat}`, { profileId, chat });
    }
  }
  return [...chats.values()];
}

function phoneOf(contacts: readonly ContactState[], profileId: string, { lid }: Identity): string | null {
  if (lid === null) return null;
  return contacts.find((contact) => contact.profileId === profileId && contact.lid === lid)?.phone ?? null;
}
