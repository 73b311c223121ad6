import type { ChatChangedFact } from '@multiwa/contracts';
import { countNewer, type Database, meetConversation, saveConversation } from '@multiwa/db';
import { type ConversationWish, changeConversation, conversationEvents, newId } from '@multiwa/domain';
import type { World } from './world.js';

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/**
 * What other devices of the account did to chats, after all messages of the batch are stored: a chat is read up to one of
 * them. A change seen twice, or one that a later one has overtaken, changes nothing.
 */
export async function writeChatChanges(tx: Transaction, world: World): Promise<void> {
  for (const fact of inLockOrder(world.chatChanges)) await writeOne(tx, world, fact);
}

/** As conversations are locked elsewhere, so that two batches never wait in a circle; within one chat as it happened. */
function inLockOrder(facts: readonly ChatChangedFact[]): ChatChangedFact[] {
  const key = ({ profileId, chat }: ChatChangedFact) => `${profileId} ${chat}`;
  return [...facts].sort((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0));
}

async function writeOne(tx: Transaction, world: World, fact: ChatChangedFact): Promise<void> {
  const { workspaceId, profileId, at } = fact;
  const peer = fact.peer && world.contacts.complete(profileId, fact.peer);
  const chat = peer?.phone ? `${peer.phone}@s.whatsapp.net` : fact.chat;
  const phone = peer?.phone ?? null;
  const row = await meetConversation(tx, { id: newId(), profileId, chat, phone, lid: peer?.lid ?? null });
  const wish = await wishOf(tx, fact, chat);
  const made = wish && changeConversation(row, wish, new Date(at));
  if (!made || made.changed.length === 0) return;
  await saveConversation(tx, { ...row, ...made.after });
  const owner = {
    workspaceId,
    profileId,
    conversationId: row.id,
    chat,
    contactId: row.contactId,
    peer,
    by: 'PHONE' as const,
  };
  world.events.push(...conversationEvents(owner, made, newId));
}

async function wishOf(tx: Transaction, { profileId, change }: ChatChangedFact, chat: string) {
  switch (change.did) {
    case 'read': {
      if (change.waMessageIds.length === 0) return { unreadCount: 0, markedUnread: false };
      const newer = await countNewer(tx, profileId, chat, change.waMessageIds);
      return newer === undefined ? null : { unreadCount: newer, markedUnread: false };
    }
    case 'unread':
      return { markedUnread: true };
    case 'archive':
      return { archived: change.archived };
    case 'mute':
      return { mutedUntil: change.until === null ? null : new Date(change.until) };
    case 'pin':
      return { pinned: change.pinned };
    case 'clear':
      return { clear: true } as const;
    case 'delete':
      return { delete: true } as const;
    case 'ephemeral':
      return { ephemeralSeconds: change.seconds } satisfies ConversationWish;
  }
}
