import { type MessageReceivedFact, profileSettingsSchema, statusChat, statusLifetimeMs } from '@multiwa/contracts';
import type { ProfileState } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { arrivedData, keepArrived } from './arrived-message.js';
import { noteFile } from './note-file.js';
import type { FactOutcome, World } from './world.js';

/**
 * Somebody posted a status, or another device of the number did. It is kept as a message of no conversation, without a contact:
 * who posts has not written to the profile. Nothing is kept where the profile does not ask for it, nor of what is over.
 */
export function applyStatusReceived(world: World, profile: ProfileState, fact: MessageReceivedFact): FactOutcome {
  const { workspaceId, waMessageId, fromMe, content } = fact;
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
  const arrived = { ...place, messageId, content, sender, timestamp };
  keepArrived(world, fact, arrived, null);
  if ('media' in content) noteFile(world, { ...place, messageId }, content.media);
  world.announce(profile, 'status.received', {
    ...arrivedData(world, fact, arrived),
    chat: statusChat,
    contactId: contact?.id ?? null,
    expiresAt: expiresAt.toISOString(),
  });
  return 'applied';
}
