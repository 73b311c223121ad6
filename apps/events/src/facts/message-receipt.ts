import type { GroupRequestFact, Identity, MessageReceiptFact } from '@multiwa/contracts';
import { tellStatus } from './message-status.js';
import type { FactOutcome, World } from './world.js';

/** One member of a group got, read or played a message of ours. With the last of them the message itself moves on. */
export function applyMessageReceipt(world: World, fact: MessageReceiptFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const own = world.messages.byWaId(profile.id, fact.waMessageId).filter(({ fromMe }) => fromMe);
  const message = own.find(({ chat }) => chat === fact.chat);
  if (!message) return 'message_unknown';
  const { phone, lid } = fact.participant;
  const participant = addressOf(fact.participant);
  const receipt = { messageId: message.id, participant, phone, lid, status: fact.status, at: new Date(fact.at) };
  if (!world.receipts.add(receipt)) return 'unchanged';
  for (const { status, at } of world.receipts.reached(message)) {
    tellStatus(world, profile, message, { status, at: at.toISOString(), failure: null });
  }
  return 'applied';
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
