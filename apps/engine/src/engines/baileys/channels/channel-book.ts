import type { ChannelInfo, ChannelRole } from '@multiwa/contracts';
import { LRUCache } from 'lru-cache';

const MAX_CHANNELS = 200;
/** Whoever is made an admin, or is no longer one, is told by a notification; this is for what gets lost. */
const ROLE_TTL_MS = 10 * 60_000;

/** What the number is to channels, of one connection: asked for before the first post to each, then kept. */
export class ChannelBook {
  readonly #roles = new LRUCache<string, ChannelRole>({ max: MAX_CHANNELS, ttl: ROLE_TTL_MS });
  readonly #describe: (chat: string) => Promise<ChannelInfo>;

  constructor(describe: (chat: string) => Promise<ChannelInfo>) {
    this.#describe = describe;
  }

  /** A channel as it is now. @throws CodedError */
  async ask(chat: string): Promise<ChannelInfo> {
    const channel = await this.#describe(chat);
    this.note(channel);
    return channel;
  }

  async roleOf(chat: string): Promise<ChannelRole> {
    return this.#roles.get(chat) ?? (await this.ask(chat)).role;
  }

  note({ chat, role }: Pick<ChannelInfo, 'chat' | 'role'>): void {
    this.#roles.set(chat, role);
  }

  forget(chat: string): void {
    this.#roles.delete(chat);
  }

  /** WhatsApp said that something changed, and not always in which channel. */
  forgetAll(): void {
    this.#roles.clear();
  }
}
