import type { GroupInfo, GroupParticipant, Identity } from '@multiwa/contracts';
import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren } from '@whiskeysockets/baileys';
import { isSamePerson } from '../addresses.js';
import { readDescription, readParticipants, secondsOf } from './read-group.js';

/**
 * What a notification makes of a group that is known: undefined when it does not say enough, so that the group must be asked
 * for. Pure, so that repeating it is harmless.
 */
export function applyChange(info: GroupInfo, child: BinaryNode): GroupInfo | undefined {
  switch (child.tag) {
    case 'add':
      return { ...info, participants: [...without(info, child), ...readParticipants(child)] };
    case 'remove':
    case 'leave':
      return { ...info, participants: without(info, child) };
    case 'promote':
      return withRole(info, child, 'ADMIN');
    case 'demote':
      return withRole(info, child, 'MEMBER');
    case 'subject':
      return child.attrs.subject === undefined ? undefined : { ...info, subject: child.attrs.subject };
    case 'description':
      return { ...info, description: child.attrs.delete === 'true' ? null : readDescription(child) };
    case 'announcement':
    case 'not_announcement':
      return { ...info, announce: child.tag === 'announcement' };
    case 'locked':
    case 'unlocked':
      return { ...info, locked: child.tag === 'locked' };
    case 'ephemeral':
    case 'not_ephemeral':
      return { ...info, ephemeralSeconds: secondsOf(child) };
    case 'member_add_mode':
      return { ...info, memberAddMode: contentOf(child) === 'all_member_add' ? 'ALL' : 'ADMINS' };
    case 'membership_approval_mode':
      return { ...info, joinApproval: getBinaryNodeChild(child, 'group_join')?.attrs.state === 'on' };
    case 'invite':
    case 'created_membership_requests':
    case 'revoked_membership_requests':
      return info;
    default:
      return undefined;
  }
}

/** Whether a notification takes this person out of the group. */
export function takesOut(child: BinaryNode, person: Identity): boolean {
  if (child.tag === 'delete') return true;
  if (child.tag !== 'remove' && child.tag !== 'leave') return false;
  return readParticipants(child).some((one) => isSamePerson(one, person));
}

/** Whether a notification takes somebody out who may hold the number's sender key. */
export function takesSomebodyOut(child: BinaryNode): boolean {
  return (child.tag === 'remove' || child.tag === 'leave') && getBinaryNodeChildren(child, 'participant').length > 0;
}

function without({ participants }: GroupInfo, child: BinaryNode): GroupParticipant[] {
  const named = readParticipants(child);
  return participants.filter((one) => !named.some((other) => isSamePerson(one, other)));
}

/** The owner's role is above both. */
function withRole(info: GroupInfo, child: BinaryNode, role: 'ADMIN' | 'MEMBER'): GroupInfo {
  const named = readParticipants(child);
  const participants = info.participants.map((one) =>
    one.role !== 'OWNER' && named.some((other) => isSamePerson(one, other)) ? { ...one, role } : one,
  );
  return { ...info, participants };
}

function contentOf({ content }: BinaryNode): string | undefined {
  if (typeof content === 'string') return content;
  return content instanceof Uint8Array ? Buffer.from(content).toString() : undefined;
}
