import { type GroupRequestFact, type Identity, type MessageReceiptFact, placeOf, statusChat } from '@multiwa/contracts';
import type { MessageState, ProfileState } from '@multiwa/db';
import { tellStatus } from './message-status.js';
import type { FactOutcome, World } from './world.js';

/**
 * One of those to whom a message of ours went got, read or played it. With the last member of a group the message itself moves
 * on; of a status each viewer is told of.
 */
export function applyMessageReceipt(world: World, fact: MessageReceiptFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const own = world.messages.byWaId(profile.id, fact.waMessageId).filter(({ fromMe }) => fromMe);
  const message = own.find(({ chat }) => chat === fact.chat);
  // Of a status that was posted on the phone nothing is kept, unless the settings ask for statuses.
  if (!message) return placeOf(fact.chat) === 'status' ? 'unchanged' : 'message_unknown';
  countRecipients(world, message);
  const { phone, lid } = fact.participant;
  const participant = addressOf(fact.participant);
  const receipt = { messageId: message.id, participant, phone, lid, status: fact.status, at: new Date(fact.at) };
  const hadSeen = world.receipts.hasRead(message.id, participant);
  if (!world.receipts.add(receipt)) return 'unchanged';
  if (placeOf(message.chat) === 'status' && fact.status !== 'DELIVERED' && !hadSeen)
    tellView(world, profile, message, fact);
  for (const { status, at } of world.receipts.reached(message)) {
    tellStatus(world, profile, message, { status, at: at.toISOString(), failure: null });
  }
  return 'applied';
}

function tellView(
  world: World,
  profile: ProfileState,
  { id, waMessageId, traceparent }: MessageState,
  fact: MessageReceiptFact,
) {
  const viewer = world.contacts.complete(profile.id, fact.participant);
  const at = new Date(fact.at).toISOString();
  const data = { messageId: id, waMessageId, chat: statusChat, viewer, at } as const;
  world.announce(profile, 'status.viewed', data, world.traceparent ?? traceparent);
}

/** What another device of the number wrote in a group went to all others in it, as many as they are when one of them has it. */
function countRecipients(world: World, message: MessageState): void {
  if (message.recipients !== null || message.origin !== 'PHONE') return;
  const size = world.groupSizes.get(`${message.profileId} ${message.chat}`);
  if (size !== undefined && size > 1) world.messages.change(message, { recipients: size - 1 });
}

/** Somebody wants to be let into a group, or wants it no longer. */
export function applyGroupRequest(world: World, fact: GroupRequestFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const { chat, person, state, at } = fact;
  const member = addressOf(person);
  if (!world.groups.request({ profileId: profile.id, chat, member, state, at: new Date(at) })) return 'unchanged';
  const subject = world.groups.find(profile.id, chat)?.group.subject ?? null;
  world.announce(profile, 'group.request', {
    chat,
    subject,
    person: world.contacts.complete(profile.id, person),
    state,
    at,
  });
  return 'applied';
}

/** How a group names somebody. */
function addressOf({ phone, lid }: Identity): string {
  return lid === null ? `${phone}@s.whatsapp.net` : `${lid}@lid`;
}
