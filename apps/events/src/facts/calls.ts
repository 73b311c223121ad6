import { type CallFact, outboundContentSchema, profileSettingsSchema } from '@multiwa/contracts';
import { acceptMessagesIn, type Database, saveCall } from '@multiwa/db';
import { chatOfPhone, makeAcceptanceOrder, newId, waMessageIdFrom } from '@multiwa/domain';
import type { CallSeen } from './call-seen.js';
import type { FactOutcome, World } from './world.js';

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

const nextInOrder = makeAcceptanceOrder(Date.now, newId);

/** Somebody calls, or a call has ended. The caller becomes a contact like somebody who writes. */
export function applyCall(world: World, fact: CallFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const isKnown = fact.caller.phone !== null || fact.caller.lid !== null;
  const contact = isKnown ? world.meet(profile, fact.caller, null) : null;
  const chat = !fact.isGroup && contact?.phone ? chatOfPhone(contact.phone) : fact.chat;
  const { message } = profileSettingsSchema.parse(profile.settings).calls;
  const answer = fact.rejectedBy === 'SETTING' && !fact.isGroup ? message : null;
  world.calls.push({ fact, contactId: contact?.id ?? null, chat, answer });
  return 'applied';
}

/** Keeps the calls and announces what is news; what is told twice changes nothing. */
export async function writeCalls(tx: Transaction, world: World): Promise<void> {
  for (const seen of world.calls) await writeOne(tx, world, seen);
}

async function writeOne(tx: Transaction, world: World, { fact, contactId, chat, answer }: CallSeen): Promise<void> {
  const { workspaceId, profileId, waCallId, fromJid, caller, video, isGroup, status, startedAt, at } = fact;
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return;
  const ended = status !== 'RINGING';
  const saved = await saveCall(tx, {
    id: newId(),
    workspaceId,
    profileId,
    waCallId,
    fromJid,
    chat,
    callerPhone: caller.phone,
    callerLid: caller.lid,
    contactId,
    video,
    isGroup,
    status,
    startedAt: new Date(startedAt),
    endedAt: ended ? new Date(at) : null,
  });
  if (!saved) return;
  const call = { callId: saved.id, waCallId, chat, caller, contactId, video: saved.video, group: saved.isGroup };
  if (ended) world.announce(profile, 'call.ended', { ...call, status, by: fact.rejectedBy, at });
  else world.announce(profile, 'call.received', { ...call, at: startedAt });
  if (answer !== null) await send(tx, { workspaceId, profileId, chat, waCallId, text: answer });
}

/** Accepted like any message, under ids made of the call; the sweep hands it to the engine. */
async function send(
  tx: Transaction,
  {
    waCallId,
    text,
    ...owner
  }: { workspaceId: string; profileId: string; chat: string; waCallId: string; text: string },
): Promise<void> {
  const content = outboundContentSchema.safeParse({ type: 'TEXT', text });
  if (!content.success) return;
  const idempotencyKey = `call:${waCallId}`;
  await acceptMessagesIn(tx, [
    {
      ...owner,
      ...nextInOrder(),
      waMessageId: waMessageIdFrom(`${owner.profileId}:${idempotencyKey}`),
      origin: 'AUTOMATION',
      content: content.data,
      status: 'QUEUED',
      idempotencyKey,
      requestHash: null,
      sendAt: null,
    },
  ]);
}
