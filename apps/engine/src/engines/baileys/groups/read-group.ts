import type { GroupInfo, GroupParticipant, GroupRole } from '@multiwa/contracts';
import {
  type BinaryNode,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  getBinaryNodeChildString,
} from '@whiskeysockets/baileys';
import { chatOf, identityOf, isGroup } from '../addresses.js';

/** A group as it is remembered while a connection is open. */
export interface KnownGroup {
  chat: string;
  info: GroupInfo;
  /** How WhatsApp names its members: messages must be addressed in the same way. */
  addressing: 'lid' | 'pn';
}

const SECOND_MS = 1_000;
const roles: Readonly<Record<string, GroupRole>> = { admin: 'ADMIN', superadmin: 'OWNER' };

/** Reads WhatsApp's `group` node; undefined for one without an id. */
export function readGroup(node: BinaryNode | undefined): KnownGroup | undefined {
  const chat = groupChatOf(node?.attrs.id);
  if (!node || chat === undefined) return undefined;
  const { attrs } = node;
  const has = (tag: string) => getBinaryNodeChild(node, tag) !== undefined;
  const parent = getBinaryNodeChild(node, 'linked_parent')?.attrs.jid;
  const owner = identityOf(attrs.creator, attrs.creator_pn);
  return {
    chat,
    addressing: attrs.addressing_mode === 'pn' ? 'pn' : 'lid',
    info: {
      subject: attrs.subject ?? '',
      description: readDescription(getBinaryNodeChild(node, 'description')),
      kind: has('parent') ? 'COMMUNITY' : has('default_sub_group') ? 'ANNOUNCEMENTS' : 'GROUP',
      communityId: parent !== undefined && isGroup(parent) ? parent : null,
      owner: chatOf(owner) === null ? null : owner,
      announce: has('announcement'),
      locked: has('locked'),
      joinApproval: has('membership_approval_mode'),
      memberAddMode: getBinaryNodeChildString(node, 'member_add_mode') === 'all_member_add' ? 'ALL' : 'ADMINS',
      ephemeralSeconds: secondsOf(getBinaryNodeChild(node, 'ephemeral')),
      createdAt: timeOf(attrs.creation),
      participants: readParticipants(node),
    },
  };
}

/** The people that a node lists, those aside that WhatsApp did not accept. */
export function readParticipants(node: BinaryNode): GroupParticipant[] {
  return getBinaryNodeChildren(node, 'participant').flatMap(({ attrs }) => {
    const { jid, phone_number, lid, error, type } = attrs;
    const person = identityOf(jid, phone_number, lid);
    if (error !== undefined || chatOf(person) === null) return [];
    return [{ ...person, role: roles[type ?? ''] ?? 'MEMBER' }];
  });
}

export function readDescription(node: BinaryNode | undefined): string | null {
  const text = node && getBinaryNodeChildString(node, 'body');
  return text === undefined || text === '' ? null : text;
}

export function secondsOf(node: BinaryNode | undefined): number {
  const seconds = Number(node?.attrs.expiration ?? 0);
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds : 0;
}

/** A group's address from its id, which WhatsApp gives with or without the server. */
export function groupChatOf(id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  const chat = id.includes('@') ? id : `${id}@g.us`;
  return /^[\d-]{5,40}@g\.us$/.test(chat) ? chat : undefined;
}

export function timeOf(seconds: string | undefined): string | null {
  const time = Number(seconds) * SECOND_MS;
  return seconds !== undefined && Number.isFinite(time) && time > 0 ? new Date(time).toISOString() : null;
}
