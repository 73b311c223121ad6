import { type ChatTimerFact, eventOf } from '@multiwa/contracts';
import { type Database, meetConversation, saveConversation } from '@multiwa/db';
import { changeConversation, chatOfPhone, newId } from '@multiwa/domain';
import type { TimerChange } from './timer-change.js';
import type { FactOutcome, World } from './world.js';

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export function applyChatTimer(world: World, fact: ChatTimerFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const { chat, peer, seconds, fromMe, sender, timestamp: at } = fact;
  world.timers.push({ profile, chat, peer, seconds, fromMe, sender, at });
  return 'applied';
}

/**
 * Writes the changes of timers when all messages of the batch are stored. Of two the later one holds, and what a chat has
 * already is no news: a change that was made here comes back from WhatsApp as the group's.
 */
export async function writeChatTimers(tx: Transaction, world: World): Promise<void> {
  const key = ({ profile, chat }: TimerChange) => `${profile.id} ${chat}`;
  // As conversations are locked elsewhere.
  const inOrder = [...world.timers].sort((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0));
  for (const change of inOrder) await writeOne(tx, world, change);
}

async function writeOne(tx: Transaction, world: World, change: TimerChange): Promise<void> {
  const { profile, seconds, fromMe, at } = change;
  const peer = change.peer && world.contacts.complete(profile.id, change.peer);
  const sender = change.sender && world.contacts.complete(profile.id, change.sender);
  const phone = peer?.phone ?? null;
  const chat = phone === null ? change.chat : chatOfPhone(phone);
  const row = await meetConversation(tx, { id: newId(), profileId: profile.id, chat, phone, lid: peer?.lid ?? null });
  const made = changeConversation(row, { ephemeralSeconds: seconds }, new Date(at));
  if (!made.changed.includes('ephemeralSeconds')) return;
  await saveConversation(tx, { ...row, ...made.after });
  const data = { conversationId: row.id, chat, peer, seconds, fromMe, sender, at: new Date(at).toISOString() };
  const { workspaceId, id: profileId } = profile;
  world.events.push(eventOf('conversation.timer', { id: newId(), workspaceId, profileId, data }));
}
