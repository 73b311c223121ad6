import {
  type ChatActionFailedFact,
  type ChatChangedFact,
  eventOf,
  isActionType,
  isCaptioned,
  type PresenceFact,
  placeOf,
  statusChat,
} from '@multiwa/contracts';
import {
  type AppendedEvent,
  appendEvents,
  type ContactState,
  type ContactWanted,
  changeContents,
  countImported,
  type Database,
  insertContacts,
  insertMessages,
  insertReceivedMedia,
  joinPeople,
  loadContacts,
  loadContents,
  loadGroupSizes,
  loadGroups,
  loadGroupsInside,
  loadHistorySyncs,
  loadReactions,
  loadReceipts,
  loadVotes,
  lockMessages,
  lockProfiles,
  lockReceivedMedia,
  type MessageState,
  type MessageWanted,
  type ProfileState,
  saveGroupMembers,
  saveGroupRequests,
  saveGroupTitles,
  saveReactions,
  saveReceipts,
  saveVotes,
  updateContacts,
  updateMessages,
  updateProfiles,
  updateReceivedMedia,
  upsertConversations,
  upsertGroups,
} from '@multiwa/db';
import { identityOfChat } from '@multiwa/domain';
import type { AnyFact } from './any-fact.js';
import { applyCall, writeCalls } from './calls.js';
import { applyChannelCounts, applyChannelPost } from './channel-facts.js';
import { writeChatChanges } from './chat-changes.js';
import { applyChatTimer, writeChatTimers } from './chat-timers.js';
import { applyContactLearned } from './contact-learned.js';
import { canWait, type EarlyWord, keepEarly, takeEarly } from './early-words.js';
import { applyGroupList, applyGroupPicture, applyGroupState } from './group-state.js';
import { applyHistoryChunk, applyHistoryMessages, applyHistoryPeople, writeHistory } from './history.js';
import { historyPeopleOf, importedChats } from './history-wanted.js';
import { applyMediaState } from './media-state.js';
import { applyMessageDeleted, applyMessageEdited } from './message-changed.js';
import { applyMessageReaction } from './message-reaction.js';
import { applyGroupRequest, applyMessageReceipt } from './message-receipt.js';
import { applyMessageReceived } from './message-received.js';
import { applyMessageStatus } from './message-status.js';
import { targetIdOf } from './own-action.js';
import { applyPollVote } from './poll-vote.js';
import { applyProfileStatus } from './profile-status.js';
import { type FactOutcome, type ShownLinks, World, withoutLinks } from './world.js';

export type { AnyFact } from './any-fact.js';

export interface AppliedFacts {
  /** One for each fact, in order. */
  outcomes: FactOutcome[];
  events: AppendedEvent[];
  /** Profiles whose row changed. */
  profileIds: string[];
}

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/**
 * Applies facts in one transaction: read what they are about, decide in memory, write what changed, and append the
 * events. About ten statements, whatever the number of facts. Facts seen before, in any order, change nothing.
 */
export function applyFacts(
  database: Database,
  facts: readonly AnyFact[],
  links: ShownLinks = withoutLinks,
): Promise<AppliedFacts> {
  return database.transaction(async (tx) => {
    // Profiles first: their locks make everything that is read after them stay true until the end.
    const profiles = await lockProfiles(tx, [...new Set(facts.map(({ payload }) => payload.profileId))]);
    const early = await takeEarly(tx, facts);
    const world = await readWorld(tx, profiles, [...facts, ...early.map(({ fact }) => fact)], links);
    const waiting: EarlyWord[] = [];
    const outcomes = facts.map((fact) => {
      const outcome = applyFact(world, fact);
      if (outcome !== 'message_unknown' || !canWait(fact)) return outcome;
      waiting.push({ fact, createdAt: new Date() });
      return 'kept';
    });
    for (const word of early) if (applyFact(world, word.fact) === 'message_unknown') waiting.push(word);
    await keepEarly(tx, waiting);
    return { outcomes, ...(await writeWorld(tx, world)) };
  });
}

function applyFact(world: World, fact: AnyFact): FactOutcome {
  world.traceparent = fact.traceparent;
  switch (fact.kind) {
    case 'message-received':
      return applyMessageReceived(world, fact.payload);
    case 'message-edited':
      return applyMessageEdited(world, fact.payload);
    case 'message-deleted':
      return applyMessageDeleted(world, fact.payload);
    case 'message-reaction':
      return applyMessageReaction(world, fact.payload);
    case 'poll-vote':
      return applyPollVote(world, fact.payload);
    case 'media-state':
      return applyMediaState(world, fact.payload);
    case 'message-status':
      return applyMessageStatus(world, fact.payload);
    case 'contact-learned':
      return applyContactLearned(world, fact.payload);
    case 'message-receipt':
      return applyMessageReceipt(world, fact.payload);
    case 'group-state':
      return applyGroupState(world, fact.payload);
    case 'group-picture':
      return applyGroupPicture(world, fact.payload);
    case 'group-list':
      return applyGroupList(world, fact.payload);
    case 'chat-timer':
      return applyChatTimer(world, fact.payload);
    case 'group-request':
      return applyGroupRequest(world, fact.payload);
    case 'channel-post':
      return applyChannelPost(world, fact.payload);
    case 'channel-counts':
      return applyChannelCounts(world, fact.payload);
    case 'profile-status':
      return applyProfileStatus(world, fact.payload);
    case 'chat-changed':
      return applyChatChanged(world, fact.payload);
    case 'presence':
      return applyPresence(world, fact.payload);
    case 'call':
      return applyCall(world, fact.payload);
    case 'chat-action-failed':
      return applyChatActionFailed(world, fact.payload);
    case 'history-chunk':
      return applyHistoryChunk(world, fact.payload);
    case 'history-messages':
      return applyHistoryMessages(world, fact.payload);
    case 'history-people':
      return applyHistoryPeople(world, fact.payload);
  }
}

function applyChatChanged(world: World, fact: ChatChangedFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  world.chatChanges.push(fact);
  return 'applied';
}

function applyPresence(world: World, fact: PresenceFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const { eventId: id, chat, who, state, lastSeenAt, at } = fact;
  const { workspaceId, id: profileId } = profile;
  const data = { chat, who: world.contacts.complete(profileId, who), state, lastSeenAt, at };
  world.events.push(eventOf('presence.updated', { id, workspaceId, profileId, data }));
  return 'applied';
}

function applyChatActionFailed(world: World, fact: ChatActionFailedFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const { commandId: id, chat, action, detail } = fact;
  const { workspaceId, id: profileId } = profile;
  // Under the command's id: a fact seen twice is announced once. Of a status it is the status's own.
  if (chat === statusChat) {
    const data = { messageId: id, chat: statusChat, detail } as const;
    world.events.push(eventOf('status.seen.failed', { id, workspaceId, profileId, data }));
    return 'applied';
  }
  world.events.push(
    eventOf('conversation.action.failed', { id, workspaceId, profileId, data: { chat, action, detail } }),
  );
  return 'applied';
}

async function readWorld(
  tx: Transaction,
  profiles: ProfileState[],
  facts: readonly AnyFact[],
  links: ShownLinks,
): Promise<World> {
  const wanted = facts.flatMap((fact) => [...messagesWanted(fact), ...[albumWanted(fact) ?? []].flat()]);
  const named = wanted.length > 0 ? await lockMessages(tx, wanted) : [];
  const messages = [...named, ...(await lockTargets(tx, named))];
  await readCaptions(tx, facts, messages);
  const people = facts.flatMap(contactsWanted);
  const mediaIds = facts.flatMap(({ kind, payload }) => (kind === 'media-state' ? payload.mediaId : []));
  const media = mediaIds.length > 0 ? await lockReceivedMedia(tx, mediaIds) : [];
  for (const { profileId, chat } of media) {
    const identity = identityOfChat(chat);
    if (identity) people.push({ profileId, ...identity });
  }
  for (const { profileId, chat, fromMe } of messages) {
    const identity = fromMe ? identityOfChat(chat) : null;
    if (identity) people.push({ profileId, ...identity });
  }
  const contacts = people.length > 0 ? await loadContacts(tx, people) : [];
  const groupsAsked = facts.flatMap(groupWanted);
  const groups = groupsAsked.length > 0 ? await loadGroups(tx, groupsAsked) : { groups: [], members: [], requests: [] };
  const isToMany = (chat: string) => chat.endsWith('@g.us') || placeOf(chat) === 'status';
  const toMany = messages.filter(({ fromMe, chat }) => fromMe && isToMany(chat)).map(({ id }) => id);
  const receipts = toMany.length > 0 ? await loadReceipts(tx, toMany) : [];
  const synced = facts.flatMap(({ kind, payload }) => (kind === 'group-list' ? payload.profileId : []));
  // Without their members: those that have them replace them.
  const inside = synced.length > 0 ? await loadGroupsInside(tx, synced) : [];
  const known = { ...groups, groups: [...inside, ...groups.groups] };
  const opinions = await readOpinions(tx, facts, messages);
  const history = await readHistory(tx, facts, contacts);
  const world = new World(
    { profiles, messages, contacts, groups: known, receipts, media, history, ...opinions },
    links,
  );
  const uncounted = messages.filter(({ origin, fromMe, recipients, chat }) => {
    return fromMe && origin === 'PHONE' && recipients === null && chat.endsWith('@g.us');
  });
  if (uncounted.length > 0) {
    for (const { profileId, chat, size } of await loadGroupSizes(tx, uncounted)) {
      world.groupSizes.set(`${profileId} ${chat}`, size);
    }
  }
  return world;
}

async function readHistory(tx: Transaction, facts: readonly AnyFact[], contacts: readonly ContactState[]) {
  const profileIds = facts.flatMap(({ kind, payload }) => (kind.startsWith('history-') ? payload.profileId : []));
  if (profileIds.length === 0) return { rows: [], counts: [] };
  const chats = importedChats(facts, contacts);
  return {
    rows: await loadHistorySyncs(tx, [...new Set(profileIds)]),
    counts: chats.length > 0 ? await countImported(tx, chats) : [],
  };
}

function groupWanted({ kind, payload }: AnyFact) {
  if (kind !== 'group-state' && kind !== 'group-request' && kind !== 'group-picture') return [];
  return [{ profileId: payload.profileId, chat: payload.chat }];
}

function messagesWanted({ kind, payload }: AnyFact): MessageWanted[] {
  const { profileId } = payload;
  if (kind === 'history-messages') {
    return payload.messages.map(({ waMessageId }) => ({ profileId, waMessageId, messageId: null }));
  }
  if ('target' in payload) return [{ profileId, waMessageId: payload.target.waMessageId, messageId: null }];
  if (kind !== 'message-received' && kind !== 'message-status' && kind !== 'message-receipt') return [];
  const messageId = kind === 'message-status' ? payload.messageId : null;
  return [{ profileId, waMessageId: payload.waMessageId, messageId }];
}

/** What announced the album that a file belongs to. */
function albumWanted({ kind, payload }: AnyFact) {
  if (kind !== 'message-received' || !('albumId' in payload.content)) return undefined;
  const { albumId } = payload.content;
  return albumId === undefined ? undefined : { profileId: payload.profileId, waMessageId: albumId, messageId: null };
}

/** The messages that sends among these change. */
async function lockTargets(tx: Transaction, messages: readonly MessageState[]): Promise<MessageState[]> {
  const known = new Set(messages.map(({ id }) => id));
  const wanted = messages.flatMap((message) => {
    const messageId = isActionType(message.type) ? targetIdOf(message) : null;
    return messageId === null || known.has(messageId)
      ? []
      : { profileId: message.profileId, waMessageId: '', messageId };
  });
  return wanted.length > 0 ? lockMessages(tx, wanted) : [];
}

/** Of a file whose caption is edited the rest stays, so it must be known. */
async function readCaptions(tx: Transaction, facts: readonly AnyFact[], messages: readonly MessageState[]) {
  const isEdit = facts.some(({ kind }) => kind === 'message-edited') || messages.some(({ type }) => type === 'EDIT');
  const captioned = isEdit ? messages.filter(({ type }) => isCaptioned(type)) : [];
  if (captioned.length === 0) return;
  const contents = new Map(
    (
      await loadContents(
        tx,
        captioned.map(({ id }) => id),
      )
    ).map((row) => [row.id, row.content]),
  );
  for (const message of captioned) message.content = contents.get(message.id) ?? null;
}

/** What people said about these messages before, as far as there is anything new about them. */
async function readOpinions(tx: Transaction, facts: readonly AnyFact[], messages: readonly MessageState[]) {
  const ids = messages.map(({ id }) => id);
  const isReaction = facts.some(({ kind }) => kind === 'message-reaction');
  const isVote = facts.some(({ kind }) => kind === 'poll-vote');
  const isOwnVote = messages.some(({ type }) => type === 'VOTE');
  const isOwnReaction = messages.some(({ type }) => type === 'REACTION');
  return {
    reactions: isReaction || isOwnReaction ? await loadReactions(tx, ids) : [],
    votes: isVote || isOwnVote ? await loadVotes(tx, ids) : [],
  };
}

function contactsWanted({ kind, payload }: AnyFact): ContactWanted[] {
  const { profileId } = payload;
  if (kind === 'presence') return [{ profileId, ...payload.who }];
  if (kind === 'call') return [{ profileId, ...payload.caller }];
  if (kind === 'history-messages') return historyPeopleOf(payload);
  if (kind === 'history-people') return payload.people.map(({ phone, lid }) => ({ profileId, phone, lid }));
  if (kind === 'contact-learned') return payload.people.map((person) => ({ profileId, ...person }));
  if (kind === 'group-request') return [{ profileId, ...payload.person }];
  if (kind === 'group-state' || kind === 'group-picture') return payload.actor ? [{ profileId, ...payload.actor }] : [];
  if (kind === 'chat-changed') {
    return payload.peer ? [{ profileId, phone: payload.peer.phone, lid: payload.peer.lid }] : [];
  }
  if (kind === 'message-receipt')
    return placeOf(payload.chat) === 'status' ? [{ profileId, ...payload.participant }] : [];
  if (!('sender' in payload)) return [];
  const { peer, sender } = payload;
  return [sender, ...(peer ? [peer] : [])].map(({ phone, lid }) => ({ profileId, phone, lid }));
}

async function writeWorld(tx: Transaction, world: World) {
  const changed = world.changedProfiles();
  await updateProfiles(tx, changed);
  // Before anybody else gets them.
  await updateContacts(tx, world.contacts.givenUp());
  await insertContacts(tx, world.contacts.added());
  await updateContacts(tx, world.contacts.changed());
  await insertMessages(tx, world.messages.added());
  await updateMessages(tx, world.messages.changed());
  await insertReceivedMedia(tx, world.media.added());
  await changeContents(tx, world.contentChanges);
  await updateReceivedMedia(tx, world.media.changed());
  await saveReactions(tx, world.reactions.changed());
  await saveVotes(tx, world.votes.changed());
  await upsertConversations(tx, world.conversations());
  await upsertGroups(tx, world.groups.changed());
  await saveGroupMembers(tx, world.groups.changedMembers());
  await saveGroupRequests(tx, world.groups.changedRequests());
  await saveReceipts(tx, world.receipts.changed());
  await writeChatChanges(tx, world);
  await writeChatTimers(tx, world);
  await saveGroupTitles(tx, world.namedGroups());
  await writeCalls(tx, world);
  await writeHistory(tx, world);
  // Last, so that it also moves what this batch has written under the old names.
  await joinPeople(tx, world.joined());
  const events = await appendEvents(tx, world.events);
  return { events, profileIds: changed.map(({ id }) => id) };
}
