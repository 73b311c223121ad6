import type { Account } from '../../model/account.js';
import { type Group, type GroupRecord, groupJid } from '../../model/group.js';
import type { Delivery, Network } from '../../model/network.js';
import type { StoreEntry } from '../../store/store.js';
import { membersOf, notifyGroup } from './group-nodes.js';
import { admit, type GroupChange, type MemberResult, welcome } from './members.js';
import { GroupRefusal, requireAdmin } from './refusal.js';

/** What somebody wants a new group to be. */
export interface WantedGroup {
  subject: string;
  participants: readonly string[];
  description?: { id: string; text: string };
  /** JID of the community that it is to belong to. */
  parent?: string;
}

/** Makes a group with these people in it, as far as they can be added. */
export function createGroup(
  network: Network,
  creator: Account,
  wanted: WantedGroup,
): GroupChange & { group: Group; results: MemberResult[] } {
  if (wanted.subject === '') throw new GroupRefusal(406);
  const community = wanted.parent === undefined ? undefined : requireCommunity(network, wanted.parent, creator);
  const group = network.groups.create({
    subject: wanted.subject,
    creator: creator.phone,
    members: [{ phone: creator.phone, role: 'superadmin' }],
    description: descriptionBy(creator, wanted),
    parent: community?.id,
  });
  const results = wanted.participants.map((jid): MemberResult => {
    const account = network.directory.findByJid(jid);
    if (!account) return { jid, account, code: 404 };
    if (network.privacy.get(account.phone)?.groupadd === 'none') return { jid, account, code: 403 };
    if (!group.member(account)) admit(group, account);
    return { jid, account, code: 200 };
  });
  const inside = community ? joinCommunity(network, community, creator, membersOf(network, group)) : nothing();
  const deliveries = welcome(network, group, creator, membersOf(network, group));
  return {
    group,
    results,
    entries: [group.entry(), ...inside.entries],
    deliveries: [...deliveries, ...inside.deliveries],
  };
}

/** Makes a community with its group for announcements. */
export function createCommunity(
  network: Network,
  creator: Account,
  wanted: WantedGroup,
): GroupChange & { group: Group } {
  if (wanted.subject === '') throw new GroupRefusal(406);
  const members: GroupRecord['members'] = [{ phone: creator.phone, role: 'superadmin' }];
  const common = { subject: wanted.subject, creator: creator.phone };
  const community = network.groups.create({
    ...common,
    kind: 'community',
    members: structuredClone(members),
    description: descriptionBy(creator, wanted),
    joinApproval: true,
  });
  const announcements = network.groups.create({
    ...common,
    kind: 'announcements',
    members,
    parent: community.id,
    announce: true,
  });
  return {
    group: community,
    entries: [community.entry(), announcements.entry()],
    deliveries: [
      ...welcome(network, community, creator, [creator]),
      ...welcome(network, announcements, creator, [creator]),
    ],
  };
}

/** Puts a group into a community; its members become the community's. */
export function linkGroup(network: Network, community: Group, actor: Account, group: Group | undefined): GroupChange {
  requireAdmin(community, actor);
  if (!group) throw new GroupRefusal(404);
  requireAdmin(group, actor);
  if (group.record.kind !== 'group' || group.record.parent !== undefined) throw new GroupRefusal(409);
  group.record.parent = community.id;
  const inside = joinCommunity(network, community, actor, membersOf(network, group));
  const child = {
    tag: 'link',
    attrs: { link_type: 'parent_group' },
    content: [{ tag: 'group', attrs: { jid: community.jid, subject: community.record.subject } }],
  };
  return {
    entries: [group.entry(), ...inside.entries],
    deliveries: [...notifyGroup(network, group, actor, child), ...inside.deliveries],
  };
}

/** Takes a group out of its community; its members stay in both. */
export function unlinkGroup(network: Network, community: Group, actor: Account, group: Group | undefined): GroupChange {
  requireAdmin(community, actor);
  if (group?.record.parent !== community.id || group.record.kind !== 'group') throw new GroupRefusal(404);
  group.record.parent = undefined;
  const child = {
    tag: 'unlink',
    attrs: { unlink_type: 'parent_group', unlink_reason: 'unlink_group' },
    content: [{ tag: 'group', attrs: { jid: groupJid(community.id) } }],
  };
  return { entries: [group.entry()], deliveries: notifyGroup(network, group, actor, child) };
}

function requireCommunity(network: Network, jid: string, actor: Account): Group {
  const community = network.groups.find(jid);
  if (community?.record.kind !== 'community') throw new GroupRefusal(404);
  requireAdmin(community, actor);
  return community;
}

/** Who is in a group of a community is in the community and hears its announcements. */
function joinCommunity(network: Network, community: Group, actor: Account, who: readonly Account[]): GroupChange {
  const announcements = network.groups.within(community).filter(({ record }) => record.kind === 'announcements');
  const changes = nothing();
  for (const group of [community, ...announcements]) {
    const fresh = who.filter((account) => !group.member(account));
    for (const account of fresh) admit(group, account);
    if (fresh.length === 0) continue;
    changes.entries.push(group.entry());
    changes.deliveries.push(...welcome(network, group, actor, fresh));
  }
  return changes;
}

function nothing(): { entries: StoreEntry[]; deliveries: Delivery[] } {
  return { entries: [], deliveries: [] };
}

function descriptionBy({ phone }: Account, { description }: WantedGroup): GroupRecord['description'] {
  return description && description.text !== '' ? { ...description, by: phone, atMs: Date.now() } : undefined;
}
