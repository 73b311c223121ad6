import type { FactMessage } from '@multiwa/bus';
import {
  type ChatActionFailedFact,
  type ChatChangedFact,
  eventOf,
  isActionType,
  type PresenceFact,
  placeOf,
} from '@multiwa/contracts';
import {
  type AppendedEvent,
  appendEvents,
  type ContactWanted,
  changeContents,
  type Database,
  insertContacts,
  insertMessages,
  insertReceivedMedia,
  joinPeople,
  loadContacts,
  loadGroups,
  loadReactions,
  loadReceipts,
  loadVotes,
  lockMessages,
  lockProfiles,
  lockReceivedMedia,
  type MessageState,
  saveGroupMembers,
  saveGroupRequests,
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
import { applyCall, writeCalls } from './calls.js';
import { applyChannelCounts, applyChannelPost } from './channel-facts.js';
import { writeChatChanges } from './chat-changes.js';
import { applyContactLearned } from './contact-learned.js';
import { applyGroupState } from './group-state.js';
import { applyMediaState } from './media-state.js';
import { applyMessageDeleted, applyMessageEdited } from './message-changed.js';
import { applyMessageReaction } from './message-reaction.js';
import { applyGroupRequest, applyMessageReceipt } from './message-receipt.js';
import { applyMessageReceived } from './message-received.js';
import { applyMessageStatus, identityOf } from './message-status.js';
import { targetIdOf } from './own-action.js';
import { applyPollVote } from './poll-vote.js';
import { applyProfileStatus } from './profile-status.js';
import { type FactOutcome, type ShownLinks, World, withoutLinks } from './world.js';

/** A fact as it came from the bus, without what only the bus knows. */
export type AnyFact = {
  [K in FactMessage['kind']]: { kind: K; payload: Extract<FactMessage, { kind: K }>['payload']; traceparent?: string };
}[FactMessage['kind']];

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
    const world = await readWorld(tx, facts, links);
    const outcomes = facts.map((fact) => applyFact(world, fact));
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
  // Under the command's id: a fact seen twice is announced once.
  world.events.push(
    eventOf('conversation.action.failed', { id, workspaceId, profileId, data: { chat, action, detail } }),
  );
  return 'applied';
}

/** Profiles first: their locks make everything that is read after them stay true until the end. */
async function readWorld(tx: Transaction, facts: readonly AnyFact[], links: ShownLinks): Promise<World> {
  const profiles = await lockProfiles(tx, [...new Set(facts.map(({ payload }) => payload.profileId))]);
  const wanted = facts.flatMap((fact) => messageWanted(fact) ?? []);
  const named = wanted.length > 0 ? await lockMessages(tx, wanted) : [];
  const messages = [...named, ...(await lockTargets(tx, named))];
  const people = facts.flatMap(contactsWanted);
  const mediaIds = facts.flatMap(({ kind, payload }) => (kind === 'media-state' ? payload.mediaId : []));
  const media = mediaIds.length > 0 ? await lockReceivedMedia(tx, mediaIds) : [];
  for (const { profileId, chat } of media) {
    const identity = identityOf(chat);
    if (identity) people.push({ profileId, ...identity });
  }
  for (const { profileId, chat, fromMe } of messages) {
    const identity = fromMe ? identityOf(chat) : null;
    if (identity) people.push({ profileId, ...identity });
  }
  const contacts = people.length > 0 ? await loadContacts(tx, people) : [];
  const groupsAsked = facts.flatMap(groupWanted);
  const groups = groupsAsked.length > 0 ? await loadGroups(tx, groupsAsked) : { groups: [], members: [], requests: [] };
  const isToMany = (chat: string) => chat.endsWith('@g.us') || placeOf(chat) === 'status';
  const toMany = messages.filter(({ fromMe, chat }) => fromMe && isToMany(chat)).map(({ id }) => id);
  const receipts = toMany.length > 0 ? await loadReceipts(tx, toMany) : [];
  const opinions = await readOpinions(tx, facts, messages);
  return new World({ profiles, messages, contacts, groups, receipts, media, ...opinions }, links);
}

function groupWanted({ kind, payload }: AnyFact) {
  if (kind !== 'group-state' && kind !== 'group-request') return [];
  return [{ profileId: payload.profileId, chat: payload.chat }];
}

function messageWanted({ kind, payload }: AnyFact) {
  const { profileId } = payload;
  if ('target' in payload) return { profileId, waMessageId: payload.target.waMessageId, messageId: null };
  if (kind !== 'message-received' && kind !== 'message-status' && kind !== 'message-receipt') return undefined;
  return {
    profileId,
    waMessageId: payload.waMessageId,
    messageId: kind === 'message-status' ? payload.messageId : null,
  };
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

/** What people said about these messages before, as far as there is anything new about them. */
async function readOpinions(tx: Transaction, facts: readonly AnyFact[], messages: readonly MessageState[]) {
  const ids = messages.map(({ id }) => id);
  const isReaction = facts.some(({ kind }) => kind === 'message-reaction');
  const isVote = facts.some(({ kind }) => kind === 'poll-vote');
  const isOwnReaction = messages.some(({ type }) => type === 'REACTION');
  return {
    reactions: isReaction || isOwnReaction ? await loadReactions(tx, ids) : [],
    votes: isVote ? await loadVotes(tx, ids) : [],
  };
}

function contactsWanted({ kind, payload }: AnyFact): ContactWanted[] {
  const { profileId } = payload;
  if (kind === 'presence') return [{ profileId, ...payload.who }];
  if (kind === 'call') return [{ profileId, ...payload.caller }];
  if (kind === 'contact-learned') return payload.people.map((person) => ({ profileId, ...person }));
  if (kind === 'group-request') return [{ profileId, ...payload.person }];
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
  await writeCalls(tx, world);
  // Last, so that it also moves what this batch has written under the old names.
  await joinPeople(tx, world.joined());
  const events = await appendEvents(tx, world.events);
  return { events, profileIds: changed.map(({ id }) => id) };
}
