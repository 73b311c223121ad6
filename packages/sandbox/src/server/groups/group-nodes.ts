import type { Account } from '../../model/account.js';
import { type Group, groupJid } from '../../model/group.js';
import type { Delivery, Network } from '../../model/network.js';
import { stanzaTime } from '../../model/node.js';
import type { BinaryNode } from '../../model/server-node.js';

/** A group as queries and notifications show it: members by LID, with their phone numbers. */
export function groupNode(network: Network, group: Group, { members = true } = {}): BinaryNode {
  const { record } = group;
  const creator = network.directory.find(record.creator);
  const namer = network.directory.find(record.subjectBy);
  const content: BinaryNode[] = [];
  if (members) content.push(...memberNodes(network, group));
  if (record.description) content.push(descriptionNode(network, record.description));
  if (record.announce) content.push(empty('announcement'));
  if (record.locked) content.push(empty('locked'));
  if (record.ephemeralSeconds > 0) {
    content.push({ tag: 'ephemeral', attrs: { expiration: record.ephemeralSeconds.toString() } });
  }
  if (record.joinApproval) content.push(approvalNode(true));
  content.push({ tag: 'member_add_mode', attrs: {}, content: Buffer.from(addMode(record.membersAdd)) });
  if (record.kind === 'community') content.push(empty('parent'));
  if (record.kind === 'announcements') content.push(empty('default_sub_group'));
  if (record.parent) content.push({ tag: 'linked_parent', attrs: { jid: groupJid(record.parent) } });
  return {
    tag: 'group',
    attrs: {
      id: record.id,
      subject: record.subject,
      s_t: stanzaTime(record.subjectAtMs),
      creation: stanzaTime(record.createdAtMs),
      size: record.members.length.toString(),
      addressing_mode: 'lid',
      ...(creator ? { creator: creator.jid('lid'), creator_pn: creator.jid('pn') } : {}),
      ...(namer ? { s_o: namer.jid('lid'), s_o_pn: namer.jid('pn') } : {}),
    },
    content,
  };
}

function memberNodes(network: Network, { record }: Group): BinaryNode[] {
  return record.members.flatMap(({ phone, role }) => {
    const account = network.directory.find(phone);
    return account ? [participantNode(account, role === 'member' ? {} : { type: role })] : [];
  });
}

/** Somebody by both names. */
export function participantNode(account: Account, attrs: Record<string, string> = {}): BinaryNode {
  return { tag: 'participant', attrs: { jid: account.jid('lid'), phone_number: account.jid('pn'), ...attrs } };
}

/** The description with who wrote it. */
export function descriptionNode(
  network: Network,
  { id, text, by, atMs }: NonNullable<Group['record']['description']>,
): BinaryNode {
  const author = network.directory.find(by);
  return {
    tag: 'description',
    attrs: {
      id,
      t: stanzaTime(atMs),
      ...(author ? { participant: author.jid('lid'), participant_pn: author.jid('pn') } : {}),
    },
    content: [{ tag: 'body', attrs: {}, content: Buffer.from(text) }],
  };
}

export function approvalNode(on: boolean): BinaryNode {
  const state = on ? 'on' : 'off';
  return { tag: 'membership_approval_mode', attrs: {}, content: [{ tag: 'group_join', attrs: { state } }] };
}

export function addMode(membersAdd: boolean): string {
  return membersAdd ? 'all_member_add' : 'admin_add';
}

export function empty(tag: string): BinaryNode {
  return { tag, attrs: {} };
}

/**
 * Tells the companions of these accounts what somebody did to a group. Phones need no telling: they live inside the server
 * and look the group up.
 */
export function notifyGroup(
  network: Network,
  group: Group,
  actor: Account,
  child: BinaryNode,
  accounts: readonly Account[] = membersOf(network, group),
): Delivery[] {
  const id = network.stanzaId();
  const attrs = {
    id,
    type: 'w:gp2',
    from: group.jid,
    t: stanzaTime(),
    addressing_mode: 'lid',
    participant: actor.jid('lid'),
    participant_pn: actor.jid('pn'),
    notify: actor.record.name,
  };
  return accounts.flatMap((account) =>
    [...account.companions.keys()].map((device) => ({
      account,
      device,
      node: { tag: 'notification', attrs, content: [child] },
    })),
  );
}

/** The accounts of a group's members. */
export function membersOf(network: Network, { record }: Group): Account[] {
  return record.members.flatMap(({ phone }) => network.directory.find(phone) ?? []);
}
