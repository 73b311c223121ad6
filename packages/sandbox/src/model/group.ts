import { randomBytes, randomInt } from 'node:crypto';
import type { StoreEntry } from '../store/store.js';
import type { Account } from './account.js';

export type GroupRole = 'member' | 'admin' | 'superadmin';

/** Whether it is an ordinary group, a community, or the announcements of a community. */
export type GroupKind = 'group' | 'community' | 'announcements';

export interface GroupMember {
  phone: string;
  role: GroupRole;
}

/** Somebody who followed the link of a group whose admins let people in. */
export interface JoinRequest {
  phone: string;
  atMs: number;
}

/** The durable part of a group. People are named by phone number, which every account here has. */
export interface GroupRecord {
  /** Digits; longer than any phone number or LID of this network. */
  id: string;
  kind: GroupKind;
  /** Id of the community that it belongs to. */
  parent?: string;
  subject: string;
  subjectBy: string;
  subjectAtMs: number;
  creator: string;
  createdAtMs: number;
  description?: { id: string; text: string; by: string; atMs: number };
  members: GroupMember[];
  picture?: { id: string; jpeg: Buffer };
  /** Only admins may write. */
  announce: boolean;
  /** Only admins may change subject, description, picture and the timer of messages. */
  locked: boolean;
  ephemeralSeconds: number;
  /** Who follows the link waits for an admin. */
  joinApproval: boolean;
  /** Any member may add people. */
  membersAdd: boolean;
  inviteCode: string;
  requests: JoinRequest[];
}

/** What a new group is made of. */
export type NewGroup = Pick<GroupRecord, 'subject' | 'creator' | 'members'> &
  Partial<Pick<GroupRecord, 'kind' | 'parent' | 'description' | 'announce' | 'joinApproval'>>;

const GROUP_SERVER = 'g.us';
const CODE_BYTES = 16;

/** A group, a community, or one of a community's groups. */
export class Group {
  constructor(readonly record: GroupRecord) {}

  get id(): string {
    return this.record.id;
  }

  get jid(): string {
    return groupJid(this.record.id);
  }

  member(account: Account): GroupMember | undefined {
    return this.record.members.find(({ phone }) => phone === account.phone);
  }

  isAdmin(account: Account): boolean {
    const role = this.member(account)?.role;
    return role === 'admin' || role === 'superadmin';
  }

  /** For the journal; undefined once nobody is left in it. */
  entry(): StoreEntry {
    return [`group/${this.id}`, this.record.members.length === 0 ? undefined : structuredClone(this.record)];
  }

  renewInvite(): void {
    this.record.inviteCode = newInviteCode();
  }
}

/** Every group of the network. */
export class Groups {
  private readonly byId = new Map<string, Group>();

  restore(record: GroupRecord): Group {
    const group = new Group(record);
    this.byId.set(record.id, group);
    return group;
  }

  create({ subject, creator, ...given }: NewGroup): Group {
    const nowMs = Date.now();
    return this.restore({
      id: this.freeId(),
      kind: 'group',
      subject,
      subjectBy: creator,
      subjectAtMs: nowMs,
      creator,
      createdAtMs: nowMs,
      announce: false,
      locked: false,
      ephemeralSeconds: 0,
      joinApproval: false,
      membersAdd: false,
      inviteCode: newInviteCode(),
      requests: [],
      ...given,
    });
  }

  /** By JID or by its digits. */
  find(jid: string | undefined): Group | undefined {
    if (jid === undefined) return undefined;
    const group = this.byId.get(jid.replace(/@g\.us$/, ''));
    return group && group.record.members.length > 0 ? group : undefined;
  }

  findByInvite(code: string | undefined): Group | undefined {
    return this.all().find(({ record }) => record.inviteCode === code);
  }

  of(account: Account): Group[] {
    return this.all().filter((group) => group.member(account));
  }

  /** The groups of a community, its announcements first. */
  within(community: Group): Group[] {
    const inside = this.all().filter(({ record }) => record.parent === community.id);
    return inside.sort((one, other) => Number(isPlain(one)) - Number(isPlain(other)));
  }

  all(): Group[] {
    return [...this.byId.values()].filter(({ record }) => record.members.length > 0);
  }

  private freeId(): string {
    for (;;) {
      const id = `120363${randomInt(100_000, 1_000_000)}${randomInt(100_000, 1_000_000)}`;
      if (!this.byId.has(id)) return id;
    }
  }
}

export function groupJid(id: string): string {
  return `${id}@${GROUP_SERVER}`;
}

/** Whether a JID names a group. */
export function isGroupJid(jid: string | undefined): jid is `${string}@g.us` {
  return jid?.endsWith(`@${GROUP_SERVER}`) === true && !jid.startsWith('@');
}

function isPlain({ record }: Group): boolean {
  return record.kind === 'group';
}

function newInviteCode(): string {
  return randomBytes(CODE_BYTES).toString('base64url');
}
