import type { SandboxClient } from '@multiwa/sandbox/client';
import { waitFor } from '../wait-for.js';
import type { Member } from './settings.js';

const OPEN_TIMEOUT_MS = 120_000;
const LOOK_EVERY_MS = 200;

/** A profile's socket as the simulated network saw it, in milliseconds since the epoch. */
export interface Reopened {
  phone: string;
  /** When the one before ended; undefined when it did not. */
  closedAtMs: number | undefined;
  openedAtMs: number;
}

/** What the simulated network counted of the sockets: independent of the product. */
export class Sockets {
  readonly #sandbox: SandboxClient;

  constructor(sandbox: SandboxClient) {
    this.#sandbox = sandbox;
  }

  /** How often a second socket was opened beside one that was served, by phone. */
  async doubled(): Promise<Map<string, number>> {
    return byPhone(await this.#sandbox.sockets(), ({ doubled }) => doubled);
  }

  /** How many sockets were opened ever, by phone. */
  async opened(): Promise<Map<string, number>> {
    return byPhone(await this.#sandbox.sockets(), ({ openedTotal }) => openedTotal);
  }

  /** Phones among these whose profile has no socket, or more than one. */
  async notOpen(members: readonly Member[]): Promise<string[]> {
    const open = byPhone(await this.#sandbox.sockets(), (count) => count.open);
    return members.map(({ phone }) => phone).filter((phone) => open.get(phone) !== 1);
  }

  /** Waits until each has opened a socket since `before` was counted, and has one; @returns what happened since `sinceMs`. */
  async untilReopened(
    members: readonly Member[],
    before: ReadonlyMap<string, number>,
    sinceMs: number,
    timeoutMs = OPEN_TIMEOUT_MS,
  ): Promise<Reopened[]> {
    await waitFor(
      async () => {
        const now = await this.opened();
        const reopened = members.every(({ phone }) => (now.get(phone) ?? 0) > (before.get(phone) ?? 0));
        return reopened && (await this.notOpen(members)).length === 0;
      },
      { what: `${members.length} sockets to be open again`, timeoutMs, everyMs: LOOK_EVERY_MS },
    );
    const events = (await this.#sandbox.socketEvents()).filter(({ atMs }) => atMs >= sinceMs);
    return members.flatMap(({ phone }) => {
      const own = events.filter((event) => event.phone === phone);
      const openedAtMs = own.find(({ kind }) => kind === 'open')?.atMs;
      if (openedAtMs === undefined) return [];
      const closedAtMs = own.find(({ kind, atMs }) => kind === 'close' && atMs <= openedAtMs)?.atMs;
      return [{ phone, closedAtMs, openedAtMs }];
    });
  }
}

function byPhone<T extends { phone: string }>(counts: readonly T[], figure: (count: T) => number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const count of counts) sums.set(count.phone, (sums.get(count.phone) ?? 0) + figure(count));
  return sums;
}
