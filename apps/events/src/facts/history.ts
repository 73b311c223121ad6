import {
  type HistoryChunkFact,
  type HistoryMessage,
  type HistoryMessagesFact,
  type HistoryMode,
  type HistoryPeopleFact,
  profileSettingsSchema,
} from '@multiwa/contracts';
import {
  type ContactState,
  type Database,
  type HistorySyncState,
  importConversations,
  type ProfileState,
  saveHistorySyncs,
} from '@multiwa/db';
import { chatOfPhone, historyBounds, historyProgress, historyStateAt, newId } from '@multiwa/domain';
import { progressOf } from './history-book.js';
import { timerOf } from './message-received.js';
import { noteFile } from './note-file.js';
import type { FactOutcome, World } from './world.js';

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/** A chunk of the phone's history was begun, or is done; one that was done before changes nothing. */
export function applyHistoryChunk(world: World, fact: HistoryChunkFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const known = world.history.find(profile.id);
  const row = importOf(world, profile, fact, fact.mode);
  if (fact.stage === 'BEGUN') return row === known ? 'unchanged' : 'applied';
  if (row.chunks.includes(fact.chunk)) return 'unchanged';
  const progress = Math.max(row.progress, historyProgress(fact.mode, fact.phase, fact.progress) ?? 0);
  const state = historyStateAt(progress);
  // Of a chunk that brought nothing nobody needs to hear.
  const isNews = fact.stage === 'FAILED' || fact.parts > 0 || progress > row.progress;
  world.history.change(row, {
    mode: fact.mode,
    phase: fact.phase,
    progress,
    state,
    failedChunks: row.failedChunks + (fact.stage === 'FAILED' ? 1 : 0),
    chunks: [...row.chunks, fact.chunk],
    completedAt: state === 'COMPLETE' ? (row.completedAt ?? new Date(fact.at)) : null,
  });
  if (isNews) world.history.told.push({ profile, state, row });
  return 'applied';
}

/**
 * Messages of before the link. What is here already stays as it is, however it came; nothing of them is announced, counts as
 * unread, or starts anything.
 */
export function applyHistoryMessages(world: World, fact: HistoryMessagesFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const { historySync } = profileSettingsSchema.parse(profile.settings);
  const { mode, messagesPerChat } = historyBounds(historySync, new Date(fact.at));
  const row = importOf(world, profile, fact, mode);
  const contactsBefore = world.contacts.added().length;
  const imported = fact.messages.filter((message) => importMessage(world, profile, message, messagesPerChat)).length;
  const contacts = world.contacts.added().length - contactsBefore;
  const { attempt, part } = fact;
  world.history.change(row, {
    messages: row.messages + imported,
    contacts: row.contacts + contacts,
    attempt,
    part: row.attempt === attempt ? Math.max(row.part, part) : part,
  });
  return imported > 0 ? 'applied' : 'unchanged';
}

/** Names of people who are known here. What a customer calls them stays; so does a newer name that they gave themselves. */
export function applyHistoryPeople(world: World, fact: HistoryPeopleFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const { mode } = profileSettingsSchema.parse(profile.settings).historySync;
  const row = importOf(world, profile, fact, mode);
  const { attempt, part } = fact;
  world.history.change(row, { attempt, part: row.attempt === attempt ? Math.max(row.part, part) : part });
  let news = false;
  for (const { phone, lid, name, pushName } of fact.people) {
    const person = { phone, lid };
    if (!world.contacts.has(profile.id, person)) continue;
    if (world.nameContact(profile, person, { name, pushName })) news = true;
  }
  return news ? 'applied' : 'unchanged';
}

/** The import that a word belongs to; the first word of a link begins it, which is told. */
function importOf(
  world: World,
  profile: ProfileState,
  said: Pick<HistoryChunkFact, 'link' | 'at'>,
  mode: HistoryMode,
): HistorySyncState {
  const known = world.history.find(profile.id);
  const row = world.history.of(profile.id, said, mode);
  if (row !== known) world.announce(profile, 'profile.history', progressOf(row, 'STARTED'));
  return row;
}

/** @returns whether it was imported */
function importMessage(
  world: World,
  profile: ProfileState,
  message: HistoryMessage,
  messagesPerChat: number | null,
): boolean {
  const { waMessageId, fromMe, type, content } = message;
  const peer = message.peer && world.contacts.complete(profile.id, message.peer);
  const chat = peer?.phone ? chatOfPhone(peer.phone) : message.chat;
  const aliases = [chat, message.chat, peer?.lid && `${peer.lid}@lid`];
  const same = world.messages.byWaId(profile.id, waMessageId);
  if (same.some((known) => known.fromMe === fromMe && aliases.includes(known.chat))) return false;
  if (!world.history.take(profile.id, chat, messagesPerChat)) return false;

  const contact = meetOther(world, profile, message);
  const sender = world.contacts.complete(profile.id, message.sender);
  const messageId = newId();
  const timestamp = new Date(message.timestamp);
  const { workspaceId, id: profileId } = profile;
  const contactId = contact?.id ?? null;
  world.messages.add({
    id: messageId,
    workspaceId,
    profileId,
    chat,
    waMessageId,
    fromMe,
    origin: 'HISTORY',
    type,
    content,
    status: message.status,
    senderPhone: sender.phone,
    senderLid: sender.lid,
    contactId,
    timestamp,
    sentAt: fromMe ? timestamp : null,
    createdAt: new Date(timestamp.getTime() + message.order),
  });
  world.history.converse({
    profileId,
    chat,
    contactId: message.peer ? contactId : null,
    lastMessageId: messageId,
    lastMessageAt: timestamp,
    ephemeralSeconds: timerOf(content),
  });
  if ('media' in content) noteFile(world, { workspaceId, profileId, messageId, waMessageId, chat }, content.media);
  for (const { sender: by, at, ...said } of message.reactions) {
    const speaker = said.fromMe ? { phone: null, lid: null } : world.contacts.complete(profileId, by);
    world.reactions.say({ id: newId(), messageId, ...speaker, ...said, at: new Date(at) });
  }
  if (!fromMe && contact) contact.hasWritten = true;
  return true;
}

/** The person a message is from or, in a chat with one person, to; null for our own message in a group. */
function meetOther(world: World, profile: ProfileState, message: HistoryMessage): ContactState | null {
  const person = message.fromMe ? message.peer : message.sender;
  if (!person || (person.phone === null && person.lid === null)) return null;
  // An old message tells an old name.
  const pushName = message.fromMe ? null : (world.contacts.pushNameOf(profile.id, person) ?? message.pushName);
  return world.meet(profile, person, pushName);
}

/** Conversations and counts of what was imported, and what is told of it; after all messages of the batch are stored. */
export async function writeHistory(tx: Transaction, world: World): Promise<void> {
  for (const profileId of await importConversations(tx, world.history.conversations())) {
    const row = world.history.find(profileId);
    if (row) world.history.change(row, { chats: row.chats + 1 });
  }
  await saveHistorySyncs(tx, world.history.changed());
  for (const { profile, state, row } of world.history.told) {
    world.announce(profile, 'profile.history', progressOf(row, state));
  }
}
