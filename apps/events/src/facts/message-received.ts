import { type Identity, type MessageReceivedFact, placeOf, type ReceivedContent } from '@multiwa/contracts';
import type { ContactState, ProfileState } from '@multiwa/db';
import { chatOfPhone, newId } from '@multiwa/domain';
import { withAlbumSize } from './album-size.js';
import { arrivedData, keepArrived } from './arrived-message.js';
import { noteFile } from './note-file.js';
import { applyStatusReceived } from './status-received.js';
import type { FactOutcome, World } from './world.js';

/**
 * A message arrived, or another device of the account sent one: contact, conversation and message come into being as
 * far as they are missing. A message that is there already changes nothing, also when its chat went by the other half
 * of the identity then.
 */
export function applyMessageReceived(world: World, fact: MessageReceivedFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  if (placeOf(fact.chat) === 'status') return applyStatusReceived(world, profile, fact);
  const peer = fact.peer && world.contacts.complete(profile.id, fact.peer);
  const aliases = [peer && chatOf(peer), fact.chat, peer?.lid && `${peer.lid}@lid`];
  const same = world.messages.byWaId(profile.id, fact.waMessageId);
  const known = same.find(({ chat, fromMe }) => fromMe === fact.fromMe && aliases.includes(chat));
  // The phone may have handed it over with its history before it came by itself.
  const isImported = known?.origin === 'HISTORY' && known.deletedAt === null;
  if (known && !isImported) return 'unchanged';

  const contact = meetOther(world, profile, fact);
  const sender = world.contacts.complete(profile.id, fact.sender);
  const chat = known?.chat ?? (peer && chatOf(peer)) ?? fact.chat;
  const messageId = known?.id ?? newId();
  const timestamp = new Date(fact.timestamp);
  const { workspaceId, waMessageId, fromMe, type } = fact;
  const content = withAlbumSize(world, profile, chat, fact);
  const contactId = contact?.id ?? null;
  const arrived = { messageId, profileId: profile.id, chat, content, sender, timestamp };
  if (known) {
    world.messages.change(known, { origin: 'PHONE', contactId });
    const { editedAt } = known;
    if (!editedAt)
      world.contentChanges.push({ id: messageId, content, at: timestamp, editedAt, deletedAt: null, revisionId: null });
  } else {
    keepArrived(world, fact, arrived, contactId);
  }
  world.moveConversation({
    profileId: profile.id,
    chat,
    contactId: fact.peer ? contactId : null,
    // What announces an album is read with its files.
    unreadBy: fromMe || type === 'ALBUM' ? 0 : 1,
    lastMessageId: messageId,
    lastMessageAt: timestamp,
    ephemeralSeconds: timerOf(content),
  });
  if ('media' in content)
    noteFile(world, { workspaceId, profileId: profile.id, messageId, waMessageId, chat }, content.media);
  const firstOfContact = !fromMe && contact !== null && !contact.hasWritten;
  if (firstOfContact) contact.hasWritten = true;
  world.announce(profile, 'message.received', {
    ...arrivedData(world, fact, arrived),
    peer: fact.peer && world.contacts.complete(profile.id, fact.peer),
    contactId,
    firstOfContact,
  });
  return 'applied';
}

/** The person a message is from or, in a chat with one person, to; null for our own message in a group. */
function meetOther(world: World, profile: ProfileState, fact: MessageReceivedFact): ContactState | null {
  if (fact.fromMe) return fact.peer && isKnown(fact.peer) ? world.meet(profile, fact.peer, null) : null;
  const sender = fact.peer
    ? { phone: fact.sender.phone ?? fact.peer.phone, lid: fact.sender.lid ?? fact.peer.lid }
    : fact.sender;
  return isKnown(sender) ? world.meet(profile, sender, fact.pushName) : null;
}

/** Every message of a chat tells the chat's timer; what cannot be read does not. */
export function timerOf(content: ReceivedContent): number | null {
  if (!('expiresInSeconds' in content) || content.expiresInSeconds === undefined) {
    return content.type === 'UNSUPPORTED' ? null : 0;
  }
  return content.expiresInSeconds;
}

function isKnown({ phone, lid }: Identity): boolean {
  return phone !== null || lid !== null;
}

function chatOf({ phone, lid }: Identity): string | undefined {
  if (phone !== null) return chatOfPhone(phone);
  return lid === null ? undefined : `${lid}@lid`;
}
