import type { Account } from '../../model/account.js';
import { type Group, isGroupJid } from '../../model/group.js';
import { childOf, childrenOf, stanzaTime, textOf } from '../../model/node.js';
import { type BinaryNode, iqError, iqResult } from '../../model/server-node.js';
import { createCommunity, createGroup, linkGroup, unlinkGroup } from '../groups/create.js';
import { groupNode, participantNode } from '../groups/group-nodes.js';
import {
  changeMembers,
  decideRequests,
  type GroupChange,
  joinByLink,
  leave,
  type MemberAction,
  type MemberResult,
} from '../groups/members.js';
import { GroupRefusal, requireAdmin, requireMember } from '../groups/refusal.js';
import { changeSetting, type GroupSetting, renewInvite } from '../groups/settings.js';
import { type Query, refuseOverLimit } from './query.js';

/** What a query is answered with, and what it changed. */
interface Answer extends Partial<GroupChange> {
  content: BinaryNode[];
}
interface Asked extends Query {
  account: Account;
  /** The first child, which says what is wanted. */
  child: BinaryNode;
}

const SETTINGS: Record<string, GroupSetting> = {
  announcement: { set: 'announce', to: true },
  not_announcement: { set: 'announce', to: false },
  locked: { set: 'locked', to: true },
  unlocked: { set: 'locked', to: false },
  not_ephemeral: { set: 'ephemeralSeconds', to: 0 },
};
const MEMBER_ACTIONS = new Set(['add', 'remove', 'promote', 'demote']);

/** Groups and communities (`w:g2`): answered once what they changed is durable. */
export function answerGroups(query: Query): boolean {
  const { network, connection, node } = query;
  const { account } = connection;
  const [child] = childrenOf(node);
  if (!account || !child) return false;
  if (refuseOverLimit(query, 'groups')) return true;
  const asked = { ...query, account, child };
  try {
    const answer = isGroupJid(node.attrs.to) ? ofOneGroup(asked, node.attrs.to) : ofAll(asked);
    if (!answer) return false;
    network.commit(answer.entries ?? [], answer.deliveries ?? []).then(
      () => connection.send({ ...iqResult(node, answer.content), attrs: answerAttrs(node) }),
      () => connection.send(iqError(node, 500, 'not stored')),
    );
  } catch (error) {
    if (!(error instanceof GroupRefusal)) throw error;
    connection.send(iqError(node, error.code, error.message));
  }
  return true;
}

/** The answer comes from whom the question went to. */
function answerAttrs(node: BinaryNode): BinaryNode['attrs'] {
  return { id: node.attrs.id ?? '', from: node.attrs.to ?? '', type: 'result' };
}

function ofAll(asked: Asked): Answer | undefined {
  const { network, account, node, child } = asked;
  const get = node.attrs.type === 'get';
  switch (child.tag) {
    case 'participating': {
      const groups = network.groups.of(account).map((group) => groupNode(network, group));
      return { content: [{ tag: 'groups', attrs: {}, content: groups }] };
    }
    case 'create':
      return create(asked);
    case 'leave': {
      const [named] = childrenOf(child);
      const group = network.groups.find(named?.attrs.id);
      if (!named || !group) throw new GroupRefusal(404);
      return { ...leave(network, group, account), content: [{ tag: 'leave', attrs: {}, content: [named] }] };
    }
    case 'invite': {
      const group = network.groups.findByInvite(child.attrs.code);
      if (!group) throw new GroupRefusal(406);
      if (get) return { content: [groupNode(network, group, { members: false })] };
      const { waits, ...change } = joinByLink(network, group, account);
      const tag = waits ? 'membership_approval_request' : 'group';
      return { ...change, content: [{ tag, attrs: { jid: group.jid } }] };
    }
    default:
      return undefined;
  }
}

function create({ network, account, child }: Asked): Answer {
  const description = childOf(child, 'description');
  const wanted = {
    subject: child.attrs.subject ?? '',
    participants: jidsOf(child),
    description: description && {
      id: description.attrs.id ?? network.stanzaId(),
      text: textOf(childOf(description, 'body')) ?? '',
    },
    parent: childOf(child, 'linked_parent')?.attrs.jid,
  };
  if (childOf(child, 'parent')) {
    const { group, ...change } = createCommunity(network, account, wanted);
    return { ...change, content: [groupNode(network, group)] };
  }
  const { group, results, ...change } = createGroup(network, account, wanted);
  const made = groupNode(network, group);
  const refused = resultNodes(results.filter(({ code }) => code !== 200));
  return { ...change, content: [{ ...made, content: [...childrenOf(made), ...refused] }] };
}

function ofOneGroup(asked: Asked, jid: string): Answer | undefined {
  const { network, account, node } = asked;
  const group = network.groups.find(jid);
  if (!group) throw new GroupRefusal(404);
  requireMember(group, account);
  return node.attrs.type === 'get' ? look(asked, group) : change(asked, group);
}

function look({ network, account, child }: Asked, group: Group): Answer | undefined {
  switch (child.tag) {
    case 'query':
      return { content: [groupNode(network, group)] };
    case 'invite':
      requireAdmin(group, account);
      return { content: [{ tag: 'invite', attrs: { code: group.record.inviteCode } }] };
    case 'membership_approval_requests': {
      requireAdmin(group, account);
      const content = group.record.requests.flatMap(({ phone, atMs }) => {
        const asking = network.directory.find(phone);
        const attrs = { request_method: 'InviteLink', request_time: stanzaTime(atMs) };
        return asking
          ? [
              {
                tag: 'membership_approval_request',
                attrs: { jid: asking.jid('lid'), phone_number: asking.jid('pn'), ...attrs },
              },
            ]
          : [];
      });
      return { content: [{ tag: child.tag, attrs: {}, content }] };
    }
    case 'sub_groups': {
      const content = network.groups.within(group).map((one) => groupNode(network, one, { members: false }));
      return { content: [{ tag: child.tag, attrs: {}, content }] };
    }
    default:
      return undefined;
  }
}

function change(asked: Asked, group: Group): Answer | undefined {
  const { network, account, child } = asked;
  const setting = settingOf(child);
  if (setting) return { ...changeSetting(network, group, account, setting), content: [] };
  if (MEMBER_ACTIONS.has(child.tag)) return members(asked, group, child.tag as MemberAction);
  switch (child.tag) {
    case 'invite': {
      const change = renewInvite(network, group, account);
      return { ...change, content: [{ tag: 'invite', attrs: { code: group.record.inviteCode } }] };
    }
    case 'membership_requests_action': {
      const [decision] = childrenOf(child);
      if (decision?.tag !== 'approve' && decision?.tag !== 'reject') return undefined;
      const { results, ...change } = decideRequests(network, group, account, decision.tag, jidsOf(decision));
      const content = [{ tag: decision.tag, attrs: {}, content: resultNodes(results) }];
      return { ...change, content: [{ tag: child.tag, attrs: {}, content }] };
    }
    case 'links': {
      const linked = childOf(childOf(child, 'link'), 'group')?.attrs.jid;
      return { ...linkGroup(network, group, account, network.groups.find(linked)), content: [] };
    }
    case 'unlink': {
      const linked = childOf(child, 'group')?.attrs.jid;
      return { ...unlinkGroup(network, group, account, network.groups.find(linked)), content: [] };
    }
    default:
      return undefined;
  }
}

/** Who leaves a community by an admin's hand leaves its groups too, when that is asked for. */
function members({ network, account, child }: Asked, group: Group, action: MemberAction): Answer {
  const jids = jidsOf(child);
  const { results, entries, deliveries } = changeMembers(network, group, account, action, jids);
  if (child.attrs.linked_groups === 'true') {
    for (const inner of network.groups.within(group)) {
      if (!inner.isAdmin(account)) continue;
      const inside = changeMembers(network, inner, account, action, jids);
      entries.push(...inside.entries);
      deliveries.push(...inside.deliveries);
    }
  }
  return { entries, deliveries, content: [{ tag: child.tag, attrs: {}, content: resultNodes(results) }] };
}

function settingOf(child: BinaryNode): GroupSetting | undefined {
  const known = SETTINGS[child.tag];
  if (known) return known;
  switch (child.tag) {
    case 'subject':
      return { set: 'subject', to: textOf(child) ?? '' };
    case 'description': {
      const to = child.attrs.delete === 'true' ? undefined : (textOf(childOf(child, 'body')) ?? '');
      return { set: 'description', to, id: child.attrs.id };
    }
    case 'ephemeral':
      return { set: 'ephemeralSeconds', to: Number(child.attrs.expiration ?? 0) };
    case 'member_add_mode':
      return { set: 'membersAdd', to: textOf(child) === 'all_member_add' };
    case 'membership_approval_mode':
      return { set: 'joinApproval', to: childrenOf(child)[0]?.attrs.state === 'on' };
    default:
      return undefined;
  }
}

function jidsOf(node: BinaryNode): string[] {
  return childrenOf(node, 'participant').flatMap(({ attrs }) => attrs.jid ?? []);
}

function resultNodes(results: readonly MemberResult[]): BinaryNode[] {
  return results.map(({ jid, account, code }) => {
    const attrs: Record<string, string> = code === 200 ? {} : { error: code.toString() };
    return account ? participantNode(account, attrs) : { tag: 'participant', attrs: { jid, ...attrs } };
  });
}
