import { randomBytes, randomInt } from 'node:crypto';
import type { StoreEntry } from '../store/store.js';
import type { Account } from './account.js';

/** What somebody is to a channel, in the words of its queries. */
export type ChannelRole = 'GUEST' | 'SUBSCRIBER' | 'ADMIN' | 'OWNER';

/** A post: the message as it was sent, which nobody encrypts. */
export interface ChannelPost {
  /** Counts the posts of the channel from 1. */
  serverId: number;
  id: string;
  type: string;
  mediatype?: string;
  plaintext: Buffer;
  atMs: number;
  by: string;
  views: number;
  /** What people thought of it, by phone number. */
  reactions: Record<string, string>;
}

/** The durable part of a channel. People are named by phone number. */
export interface ChannelRecord {
  id: string;
  name: string;
  nameAtMs: number;
  description: string;
  owner: string;
  admins: string[];
  followers: string[];
  muted: string[];
  verified: boolean;
  inviteCode: string;
  createdAtMs: number;
}

const CHANNEL_SERVER = 'newsletter';
const CODE_BYTES = 16;

/** A channel: one or a few write, everybody reads. */
export class Channel {
  readonly posts: ChannelPost[] = [];

  constructor(readonly record: ChannelRecord) {}

  get jid(): string {
    return `${this.record.id}@${CHANNEL_SERVER}`;
  }

  roleOf({ phone }: Account): ChannelRole {
    const { owner, admins, followers } = this.record;
    if (owner === phone) return 'OWNER';
    if (admins.includes(phone)) return 'ADMIN';
    return followers.includes(phone) ? 'SUBSCRIBER' : 'GUEST';
  }

  mayPost(account: Account): boolean {
    const role = this.roleOf(account);
    return role === 'OWNER' || role === 'ADMIN';
  }

  /** Those who get what is posted. */
  readers(): string[] {
    const { owner, admins, followers } = this.record;
    return [...new Set([owner, ...admins, ...followers])];
  }

  entry(): StoreEntry {
    return [`channel/${this.record.id}`, structuredClone(this.record)];
  }

  postEntry(post: ChannelPost): StoreEntry {
    return [`channelpost/${this.record.id}/${post.serverId}`, { ...post, reactions: { ...post.reactions } }];
  }

  add(post: Omit<ChannelPost, 'serverId' | 'views' | 'reactions'>): ChannelPost {
    const made = { ...post, serverId: (this.posts.at(-1)?.serverId ?? 0) + 1, views: 0, reactions: {} };
    this.posts.push(made);
    return made;
  }
}

/** Every channel of the network. */
export class Channels {
  private readonly byId = new Map<string, Channel>();

  restore(record: ChannelRecord): Channel {
    const channel = new Channel(record);
    this.byId.set(record.id, channel);
    return channel;
  }

  restorePost(id: string, post: ChannelPost): void {
    const posts = this.byId.get(id)?.posts;
    posts?.push(post);
    posts?.sort((one, other) => one.serverId - other.serverId);
  }

  create({ owner, name, description }: Pick<ChannelRecord, 'owner' | 'name' | 'description'>): Channel {
    const nowMs = Date.now();
    return this.restore({
      id: this.freeId(),
      name,
      nameAtMs: nowMs,
      description,
      owner,
      admins: [],
      followers: [],
      muted: [],
      verified: false,
      inviteCode: randomBytes(CODE_BYTES).toString('base64url'),
      createdAtMs: nowMs,
    });
  }

  /** By JID or by its digits. */
  find(jid: string | undefined): Channel | undefined {
    return jid === undefined ? undefined : this.byId.get(jid.replace(/@newsletter$/, ''));
  }

  findByInvite(code: string): Channel | undefined {
    return this.all().find(({ record }) => record.inviteCode === code);
  }

  /** Those that an account follows, writes to or owns. */
  of(account: Account): Channel[] {
    return this.all().filter((channel) => channel.roleOf(account) !== 'GUEST');
  }

  all(): Channel[] {
    return [...this.byId.values()];
  }

  private freeId(): string {
    for (;;) {
      const id = `120363${randomInt(100_000, 1_000_000)}${randomInt(100_000, 1_000_000)}`;
      if (!this.byId.has(id)) return id;
    }
  }
}

/** Whether a JID names a channel. */
export function isChannelJid(jid: string | undefined): jid is `${string}@newsletter` {
  return jid?.endsWith(`@${CHANNEL_SERVER}`) === true && !jid.startsWith('@');
}
