import { failureReasons, isActionType, type MessageStatusFact, movedEventType, placeOf } from '@multiwa/contracts';
import type { MessageState, ProfileState } from '@multiwa/db';
import { advanceMessage, chatOfPhone, identityOfChat, isSent, type SaidStatus } from '@multiwa/domain';
import { applyOwnAction } from './own-action.js';
import type { FactOutcome, World } from './world.js';

const movedType = {
  SENT: 'message.sent',
  DELIVERED: 'message.delivered',
  READ: 'message.read',
  PLAYED: 'message.played',
} as const;

/** WhatsApp said what became of a message of ours; the lattice of the domain decides what that changes. */
export function applyMessageStatus(world: World, fact: MessageStatusFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const message = findMessage(world, fact);
  if (!message) return 'message_unknown';
  const { recipients = message.recipients } = fact;
  if (recipients !== message.recipients) world.messages.change(message, { recipients });
  const outcome = tellStatus(world, profile, message, fact);
  // The members' receipts may have overtaken the ack.
  for (const { status, at } of world.receipts.reached(message)) {
    tellStatus(world, profile, message, { status, at: at.toISOString(), failure: null });
  }
  return outcome;
}

/** Raises a message's status, as far as this is news. */
export function tellStatus(
  world: World,
  profile: ProfileState,
  message: MessageState,
  fact: Pick<MessageStatusFact, 'status' | 'at' | 'failure'>,
): FactOutcome {
  const wasSent = isSent(message.status);
  const { status, failure } = fact;
  const { progress, announce } = advanceMessage(message, { status, at: new Date(fact.at), failure });
  if (!announce && sameTimes(progress, message)) return 'unchanged';
  world.messages.change(message, progress);
  const isNewlySent = !wasSent && isSent(message.status);
  const isAction = isActionType(message.type);
  const isInChat = placeOf(message.chat) === 'chat';
  if (isNewlySent && !isAction && isInChat) enterConversation(world, profile, message, new Date(fact.at));
  if (announce) announceStatus(world, profile, message, announce, fact.at);
  if (isNewlySent && isAction) applyOwnAction(world, profile, message);
  return 'applied';
}

/** By our id when the engine knows it; receipts know only WhatsApp's, which names one message we sent. */
function findMessage(world: World, { messageId, profileId, waMessageId, chat }: MessageStatusFact) {
  const byId = messageId === null ? undefined : world.messages.byId(profileId, messageId);
  if (byId) return byId;
  const own = world.messages.byWaId(profileId, waMessageId).filter(({ fromMe }) => fromMe);
  return own.find((message) => message.chat === chat) ?? own[0];
}

/** A message counts in its conversation from when WhatsApp has it; the first one also makes contact and conversation. */
function enterConversation(world: World, profile: ProfileState, message: MessageState, at: Date): void {
  const identity = identityOfChat(message.chat);
  const contact = identity && world.meet(profile, identity, null);
  if (contact && message.contactId === null) world.messages.change(message, { contactId: contact.id });
  if (contact?.phone && identity?.phone === null) {
    // Accepted for the LID, before the phone was known or while it became known.
    message.chat = chatOfPhone(contact.phone);
    world.joinChats(contact);
  }
  world.moveConversation({
    profileId: profile.id,
    chat: message.chat,
    contactId: contact?.id ?? null,
    unreadBy: 0,
    lastMessageId: message.id,
    lastMessageAt: at,
    // A send takes the timer that the chat has.
    ephemeralSeconds: null,
  });
}

function announceStatus(world: World, profile: ProfileState, message: MessageState, status: SaidStatus, at: string) {
  const { id: messageId, waMessageId, chat, origin } = message;
  const identity = identityOfChat(chat);
  const peer = identity && world.contacts.complete(profile.id, identity);
  const moved = { messageId, waMessageId, chat, peer, origin, at: new Date(at).toISOString() };
  // A receipt knows nothing of the trace of the message that it is about.
  const traceparent = world.traceparent ?? message.traceparent;
  if (status !== 'FAILED') {
    const isInChat = placeOf(chat) === 'chat';
    // Who has a status is told of each alone.
    if (!isInChat && status !== 'SENT') return;
    world.announce(profile, isInChat ? movedType[status] : movedEventType(chat, 'sent'), moved, traceparent);
    return;
  }
  const code = (message.failureCode ?? 'rejected_by_whatsapp') as keyof typeof failureReasons;
  const failed = { ...moved, code, sentence: failureReasons[code], detail: message.failureDetail };
  world.announce(profile, movedEventType(chat, 'failed'), failed, traceparent);
}

const compared = [
  'status',
  'sentAt',
  'deliveredAt',
  'readAt',
  'playedAt',
  'endedAt',
  'failureCode',
  'failureDetail',
] as const;

function sameTimes(left: Pick<MessageState, (typeof compared)[number]>, right: typeof left): boolean {
  return compared.every((field) => left[field]?.valueOf() === right[field]?.valueOf());
}
