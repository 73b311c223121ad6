import type { Account } from '../../model/account.js';
import type { Group, GroupMember } from '../../model/group.js';
import type { Delivery, Network } from '../../model/network.js';
import type { StoreEntry } from '../../store/store.js';
import { empty, groupNode, membersOf, notifyGroup, participantNode } from './group-nodes.js';
import { GroupRefusal, requireAdmin, requireMember } from './refusal.js';

export type MemberAction = 'add' | 'remove' | 'promote' | 'demote';

/** Somebody as the caller named them, and what became of it: 200, or the code of the refusal. */
export interface MemberResult {
  jid: string;
  account: Account | undefined;
  code: number;
}

const MAX_MEMBERS = 1_024;
/** Not to be found, asked not to be added to groups, already inside, full. */
const RESULTS = { done: 200, private: 403, unknown: 404, conflict: 409, full: 419, owner: 405 } as const;

/** What is to become durable and to be told together. */
export interface GroupChange {
  entries: StoreEntry[];
  deliveries: Delivery[];
}

/** Changes who is in a group or may run it, each on their own; refuses as a whole who may not do that. */
export function changeMembers(
  network: Network,
  group: Group,
  actor: Account,
  action: MemberAction,
  jids: readonly string[],
): GroupChange & { results: MemberResult[] } {
  if (action === 'add' && group.record.membersAdd) requireMember(group, actor);
  else requireAdmin(group, actor);
  const results = jids.map((jid): MemberResult => {
    const account = network.directory.findByJid(jid);
    return { jid, account, code: account ? apply(network, group, action, account) : RESULTS.unknown };
  });
  const done = results.flatMap(({ account, code }) => (account && code === RESULTS.done ? [account] : []));
  return { results, ...tell(network, group, actor, action, done) };
}

function apply(network: Network, group: Group, action: MemberAction, account: Account): number {
  const { record } = group;
  const member = group.member(account);
  if (action === 'add') {
    if (member) return RESULTS.conflict;
    if (record.members.length >= MAX_MEMBERS) return RESULTS.full;
    if (network.privacy.get(account.phone)?.groupadd === 'none') return RESULTS.private;
    admit(group, account);
    return RESULTS.done;
  }
  if (!member) return RESULTS.unknown;
  if (member.role === 'superadmin' && action !== 'promote') return RESULTS.owner;
  if (action === 'remove') drop(group, account);
  else member.role = action === 'promote' ? higher(member) : 'member';
  return RESULTS.done;
}

function higher({ role }: GroupMember): GroupMember['role'] {
  return role === 'superadmin' ? role : 'admin';
}

/** Lets somebody in. */
export function admit(group: Group, account: Account): void {
  const { record } = group;
  record.members.push({ phone: account.phone, role: 'member' });
  record.requests = record.requests.filter(({ phone }) => phone !== account.phone);
}

function drop(group: Group, account: Account): void {
  group.record.members = group.record.members.filter(({ phone }) => phone !== account.phone);
}

function tell(network: Network, group: Group, actor: Account, action: MemberAction, who: readonly Account[]) {
  if (who.length === 0) return { entries: [], deliveries: [] };
  const told = membersOf(network, group).filter((account) => action !== 'add' || !who.includes(account));
  const change = { tag: action, attrs: {}, content: who.map((account) => participantNode(account)) };
  const deliveries = notifyGroup(network, group, actor, change, action === 'remove' ? [...told, ...who] : told);
  if (action === 'add') deliveries.push(...welcome(network, group, actor, who));
  return { entries: [group.entry()], deliveries };
}

/** Who is new learns the whole group. */
export function welcome(network: Network, group: Group, actor: Account, who: readonly Account[]): Delivery[] {
  return notifyGroup(network, group, actor, { ...empty('create'), content: [groupNode(network, group)] }, who);
}

/** Somebody goes. The last admin's going makes the longest member one, so that somebody can run the group. */
export function leave(network: Network, group: Group, account: Account): GroupChange {
  requireMember(group, account);
  const told = membersOf(network, group);
  drop(group, account);
  const { members } = group.record;
  const successor = members.some(({ role }) => role !== 'member') ? undefined : members[0];
  if (successor) successor.role = 'admin';
  const gone = { tag: 'remove', attrs: {}, content: [participantNode(account)] };
  return { entries: [group.entry()], deliveries: notifyGroup(network, group, account, gone, told) };
}

/** Follows a group's link: inside at once, or once an admin has agreed. */
export function joinByLink(
  network: Network,
  group: Group | undefined,
  account: Account,
): GroupChange & { waits: boolean } {
  if (!group) throw new GroupRefusal(406);
  if (group.member(account)) throw new GroupRefusal(409);
  const { record } = group;
  if (record.joinApproval) {
    if (!record.requests.some(({ phone }) => phone === account.phone)) {
      record.requests.push({ phone: account.phone, atMs: Date.now() });
    }
    const child = {
      tag: 'created_membership_requests',
      attrs: { request_method: 'invite_link' },
      content: [participantNode(account)],
    };
    const admins = membersOf(network, group).filter((member) => group.isAdmin(member));
    const deliveries = notifyGroup(network, group, account, child, admins);
    return { waits: true, entries: [group.entry()], deliveries };
  }
  const others = membersOf(network, group);
  admit(group, account);
  const added = { tag: 'add', attrs: { reason: 'invite' }, content: [participantNode(account)] };
  const deliveries = [
    ...notifyGroup(network, group, account, added, others),
    ...welcome(network, group, account, [account]),
  ];
  return { waits: false, entries: [group.entry()], deliveries };
}

/** An admin lets those in who asked, or sends them away. */
export function decideRequests(
  network: Network,
  group: Group,
  actor: Account,
  decision: 'approve' | 'reject',
  jids: readonly string[],
): GroupChange & { results: MemberResult[] } {
  requireAdmin(group, actor);
  const { record } = group;
  const results = jids.map((jid): MemberResult => {
    const account = network.directory.findByJid(jid);
    const asked = record.requests.some(({ phone }) => phone === account?.phone);
    return { jid, account, code: asked ? RESULTS.done : RESULTS.unknown };
  });
  const decided = results.flatMap(({ account, code }) => (account && code === RESULTS.done ? [account] : []));
  if (decision === 'approve') {
    for (const account of decided) admit(group, account);
    return { results, ...tell(network, group, actor, 'add', decided) };
  }
  record.requests = record.requests.filter(({ phone }) => !decided.some((account) => account.phone === phone));
  const deliveries = decided.flatMap((account) => {
    const child = { tag: 'revoked_membership_requests', attrs: {}, content: [participantNode(account)] };
    return notifyGroup(network, group, actor, child, [account]);
  });
  return { results, entries: [group.entry()], deliveries };
}
