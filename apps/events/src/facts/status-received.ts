import {
  contentSchema,
  type MessageReceivedFact,
  profileSettingsSchema,
  statusChat,
  statusLifetimeMs,
} from '@multiwa/contracts';
import type { ProfileState } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { noteFile } from './note-file.js';
import type { FactOutcome, World } from './world.js';

/**
 * Somebody posted a status, or another device of the number did. It is kept as a message of no conversation, without a contact:
 * who posts has not written to the profile. Nothing is kept where the profile does not ask for it, nor of what is over.
 */
export function applyStatusReceived(world: World, profile: ProfileState, fact: MessageReceivedFact): FactOutcome {
  const { workspaceId, waMessageId, fromMe, type, content } = fact;
  const timestamp = new Date(fact.timestamp);
  const expiresAt = new Date(timestamp.getTime() + statusLifetimeMs);
  const isWanted = profileSettingsSchema.parse(profile.settings).receiveStatuses;
  if (!isWanted || expiresAt <= new Date(fact.at)) return 'unchanged';
  const same = world.messages.byWaId(profile.id, waMessageId);
  if (same.some((message) => message.chat === statusChat && message.fromMe === fromMe)) return 'unchanged';

  const isNamed = fact.sender.phone !== null || fact.sender.lid !== null;
  const contact = fromMe || !isNamed ? null : world.meet(profile, fact.sender, fact.pushName);
  const sender = world.contacts.complete(profile.id, fact.sender);
  const messageId = newId();
  const place = { workspaceId, profileId: profile.id, chat: statusChat, waMessageId };
  world.messages.add({
    ...place,
    id: messageId,
    fromMe,
    origin: 'PHONE',
    type,
    content,
    status: fromMe ? 'SENT' : 'DELIVERED',
    senderPhone: sender.phone,
    senderLid: sender.lid,
    contactId: null,
    timestamp,
    sentAt: fromMe ? timestamp : null,
  });
  if ('media' in content) noteFile(world, { ...place, messageId }, content.media);
  world.announce(profile, 'status.received', {
    messageId,
    waMessageId,
    chat: statusChat,
    fromMe,
    type,
    content: world.links.showContent(contentSchema.parse(content)),
    sender: { ...sender, pushName: fact.pushName },
    contactId: contact?.id ?? null,
    timestamp: timestamp.toISOString(),
    expiresAt: expiresAt.toISOString(),
  });
  return 'applied';
}
