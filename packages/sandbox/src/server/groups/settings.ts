import type { Account } from '../../model/account.js';
import type { Group, GroupRecord } from '../../model/group.js';
import type { Network } from '../../model/network.js';
import { stanzaTime } from '../../model/node.js';
import type { BinaryNode } from '../../model/server-node.js';
import { addMode, approvalNode, descriptionNode, empty, notifyGroup } from './group-nodes.js';
import type { GroupChange } from './members.js';
import { GroupRefusal, requireAdmin, requireMember } from './refusal.js';

/** One change of what a group is called or lets whom do. */
export type GroupSetting =
  | { set: 'subject'; to: string }
  | { set: 'description'; to: string | undefined; id?: string }
  | { set: 'announce' | 'locked' | 'joinApproval' | 'membersAdd'; to: boolean }
  | { set: 'ephemeralSeconds'; to: number };

const MAX_SUBJECT = 100;
const MAX_DESCRIPTION = 2_048;
/** What every member may change while the group is not locked. */
const OPEN = new Set<GroupSetting['set']>(['subject', 'description', 'ephemeralSeconds']);

/** Changes a setting and tells the members. */
export function changeSetting(network: Network, group: Group, actor: Account, setting: GroupSetting): GroupChange {
  if (OPEN.has(setting.set) && !group.record.locked) requireMember(group, actor);
  else requireAdmin(group, actor);
  const child = apply(network, group.record, actor, setting);
  return { entries: [group.entry()], deliveries: notifyGroup(network, group, actor, child) };
}

/** A new link; the old one leads nowhere from now on. */
export function renewInvite(network: Network, group: Group, actor: Account): GroupChange {
  requireAdmin(group, actor);
  group.renewInvite();
  const child = { tag: 'invite', attrs: { code: group.record.inviteCode } };
  return { entries: [group.entry()], deliveries: notifyGroup(network, group, actor, child) };
}

function apply(network: Network, record: GroupRecord, actor: Account, setting: GroupSetting): BinaryNode {
  switch (setting.set) {
    case 'subject':
      if (setting.to === '' || setting.to.length > MAX_SUBJECT) throw new GroupRefusal(406);
      Object.assign(record, { subject: setting.to, subjectBy: actor.phone, subjectAtMs: Date.now() });
      return {
        tag: 'subject',
        attrs: {
          subject: record.subject,
          s_t: stanzaTime(record.subjectAtMs),
          s_o: actor.jid('lid'),
          s_o_pn: actor.jid('pn'),
        },
      };
    case 'description': {
      if ((setting.to?.length ?? 0) > MAX_DESCRIPTION) throw new GroupRefusal(406);
      const id = setting.id ?? network.stanzaId();
      if (setting.to === undefined) {
        record.description = undefined;
        return { tag: 'description', attrs: { id, delete: 'true' } };
      }
      record.description = { id, text: setting.to, by: actor.phone, atMs: Date.now() };
      return descriptionNode(network, record.description);
    }
    case 'ephemeralSeconds':
      record.ephemeralSeconds = setting.to;
      return setting.to > 0
        ? { tag: 'ephemeral', attrs: { expiration: setting.to.toString() } }
        : empty('not_ephemeral');
    case 'announce':
      record.announce = setting.to;
      return empty(setting.to ? 'announcement' : 'not_announcement');
    case 'locked':
      record.locked = setting.to;
      return empty(setting.to ? 'locked' : 'unlocked');
    case 'joinApproval':
      record.joinApproval = setting.to;
      return approvalNode(setting.to);
    case 'membersAdd':
      record.membersAdd = setting.to;
      return { tag: 'member_add_mode', attrs: {}, content: Buffer.from(addMode(setting.to)) };
  }
}
