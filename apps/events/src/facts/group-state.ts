import type { GroupInfo, GroupListFact, GroupPictureFact, GroupStateFact, Identity } from '@multiwa/contracts';
import type { GroupMemberState, GroupState, ProfileState } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import type { FactOutcome, World } from './world.js';

/** How a group is now. A fact that is not newer than the one applied last changes nothing. */
export function applyGroupState(world: World, fact: GroupStateFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const before = world.groups.find(profile.id, fact.chat);
  if (before && !isNewer(fact, before.group)) return 'unchanged';
  if (!fact.group) return leave(world, profile, fact, before);

  const { pictureId = null, pictureAt = null } = before?.group ?? {};
  const group = { id: before?.group.id ?? newId(), pictureId, pictureAt, ...rowOf(profile, fact, fact.group) };
  const members = membersOf(profile, fact, fact.group);
  world.groups.put(group, members);
  const wasInside = before !== undefined && before.group.role !== null;
  if (!wasInside) {
    world.announce(profile, 'group.joined', { chat: fact.chat, group: viewOf(group), actor: fact.actor });
    return 'applied';
  }
  announceChanges(world, profile, fact, before.group, group);
  if (before.group.ephemeralSeconds !== group.ephemeralSeconds) {
    const { chat, at, actor: sender } = fact;
    const fromMe = sender !== null && isSame(sender, profile);
    world.timers.push({ profile, chat, peer: null, seconds: group.ephemeralSeconds, fromMe, sender, at });
  }
  announceMembers(world, profile, fact, before.members, members);
  return 'applied';
}

function isNewer({ generation, step }: Pick<GroupStateFact, 'generation' | 'step'>, group: GroupState): boolean {
  return generation === group.generation ? step > group.step : generation > group.generation;
}

/** All groups that the number is in: what else it was in, and was not told of since, it has left. */
export function applyGroupList(world: World, fact: GroupListFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const listed = new Set(fact.chats);
  const left = world.groups.inside(profile.id).filter(({ group }) => !listed.has(group.chat) && isNewer(fact, group));
  for (const before of left) leave(world, profile, { ...fact, chat: before.group.chat, actor: null }, before);
  return left.length > 0 ? 'applied' : 'unchanged';
}

/** A group has another picture. Of two the later one holds; one that is told again changes nothing. */
export function applyGroupPicture(world: World, fact: GroupPictureFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const before = world.groups.find(profile.id, fact.chat);
  const pictureAt = new Date(fact.at);
  const { pictureId, chat } = fact;
  if (!before || (before.group.pictureAt && before.group.pictureAt > pictureAt)) return 'unchanged';
  const isSamePicture = before.group.pictureId === pictureId && before.group.pictureAt !== null;
  if (isSamePicture) return 'unchanged';
  world.groups.put({ ...before.group, pictureId, pictureAt }, before.members);
  const actor = fact.actor && world.contacts.complete(profile.id, fact.actor);
  const at = pictureAt.toISOString();
  world.announce(profile, 'group.picture', { chat, actor, subject: before.group.subject, pictureId, at });
  return 'applied';
}

type Before = { group: GroupState; members: GroupMemberState[] } | undefined;

/** What the group was is kept for those who look back. */
function leave(
  world: World,
  profile: ProfileState,
  fact: Pick<GroupStateFact, 'generation' | 'step' | 'chat' | 'actor' | 'at'>,
  before: Before,
): FactOutcome {
  if (!before) return 'unchanged';
  const { generation, step, chat, actor } = fact;
  const wasInside = before.group.role !== null;
  const leftAt = wasInside ? new Date(fact.at) : before.group.leftAt;
  world.groups.put({ ...before.group, role: null, leftAt, generation, step }, before.members);
  if (wasInside) world.announce(profile, 'group.left', { chat, subject: before.group.subject, actor });
  return 'applied';
}

function rowOf(
  profile: ProfileState,
  { chat, generation, step }: GroupStateFact,
  info: GroupInfo,
): Omit<GroupState, 'id' | 'pictureId' | 'pictureAt'> {
  const { participants, owner, communityId, createdAt, ...said } = info;
  const own = participants.find((one) => isSame(one, profile));
  return {
    ...said,
    profileId: profile.id,
    chat,
    communityChat: communityId,
    ownerPhone: owner?.phone ?? null,
    ownerLid: owner?.lid ?? null,
    size: participants.length,
    role: own?.role ?? 'MEMBER',
    groupCreatedAt: createdAt === null ? null : new Date(createdAt),
    leftAt: null,
    generation,
    step,
  };
}

function membersOf({ id: profileId }: ProfileState, { chat }: GroupStateFact, info: GroupInfo): GroupMemberState[] {
  return info.participants.map(({ phone, lid, role }) => {
    const member = lid === null ? `${phone}@s.whatsapp.net` : `${lid}@lid`;
    return { profileId, chat, member, phone, lid, role };
  });
}

function isSame(one: Identity, other: Identity): boolean {
  return (one.phone !== null && one.phone === other.phone) || (one.lid !== null && one.lid === other.lid);
}

const shown = [
  'subject',
  'description',
  'kind',
  'communityChat',
  'announce',
  'locked',
  'joinApproval',
  'memberAddMode',
  'ephemeralSeconds',
] as const;
const named: Partial<Record<(typeof shown)[number], string>> = { communityChat: 'communityId' };

function announceChanges(
  world: World,
  profile: ProfileState,
  { chat, actor }: GroupStateFact,
  before: GroupState,
  group: GroupState,
): void {
  const changed = shown.filter((field) => before[field] !== group[field]).map((field) => named[field] ?? field);
  if (changed.length > 0) world.announce(profile, 'group.updated', { chat, changed, group: viewOf(group), actor });
}

function announceMembers(
  world: World,
  profile: ProfileState,
  { chat, actor }: GroupStateFact,
  before: readonly GroupMemberState[],
  members: readonly GroupMemberState[],
): void {
  const was = new Map(before.map((one) => [one.member, one]));
  const is = new Map(members.map((one) => [one.member, one]));
  const added = members.filter(({ member }) => !was.has(member));
  const removed = before.filter(({ member }) => !is.has(member));
  const stayed = members.filter(({ member, role }) => was.has(member) && was.get(member)?.role !== role);
  const promoted = stayed.filter(({ role }) => role !== 'MEMBER');
  const demoted = stayed.filter(({ role }) => role === 'MEMBER');
  const lists = { added, removed, promoted, demoted };
  if (Object.values(lists).every((list) => list.length === 0)) return;
  const people = Object.entries(lists).map(([name, list]) => [name, list.map(({ phone, lid }) => ({ phone, lid }))]);
  world.announce(profile, 'group.participants', {
    chat,
    actor,
    size: members.length,
    ...(Object.fromEntries(people) as Record<keyof typeof lists, Identity[]>),
  });
}

function viewOf(group: GroupState) {
  const { subject, description, kind, announce, locked, joinApproval, memberAddMode, ephemeralSeconds, size } = group;
  const owner =
    group.ownerPhone === null && group.ownerLid === null ? null : { phone: group.ownerPhone, lid: group.ownerLid };
  return {
    subject,
    description,
    kind,
    communityId: group.communityChat,
    owner,
    announce,
    locked,
    joinApproval,
    memberAddMode,
    ephemeralSeconds,
    createdAt: group.groupCreatedAt?.toISOString() ?? null,
    size,
    role: group.role,
  };
}
