import { timing } from '@multiwa/contracts';
import { claimBroadcasts, type Database, releaseBroadcasts, renewBroadcasts } from '@multiwa/db';
import type { Logger } from '@multiwa/runtime';

export interface FleetDeps {
  database: Pick<Database, 'pool'>;
  /** Names this process in claims; never used again by another one. */
  owner: string;
  /** Drives one broadcast until it is over, lost, or the signal says stop. */
  drive(broadcastId: string, signal: AbortSignal): Promise<void>;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/** The broadcasts that this process drives. */
export interface Fleet {
  /** Renews the claims, lets go what is no longer this process's, and takes what nobody drives. */
  round(): Promise<void>;
  readonly size: number;
  /** Stops all and frees them for other replicas. */
  stop(): Promise<void>;
}

const claimAtOnce = 20;

export function makeFleet({ database, owner, drive, logger }: FleetDeps): Fleet {
  const driven = new Map<string, { stopping: AbortController; done: Promise<void> }>();

  function start(id: string): void {
    const stopping = new AbortController();
    const done = drive(id, stopping.signal).finally(() => driven.delete(id));
    driven.set(id, { stopping, done });
    logger.info({ broadcastId: id, owner }, 'A broadcast is driven from here');
  }

  return {
    async round() {
      const { claimTtlMs } = timing.broadcast;
      const mine = new Set(await renewBroadcasts(database.pool, owner, claimTtlMs));
      // Whoever sends checks the claim in the same transaction: this only spares the others from looking in vain.
      for (const [id, { stopping }] of driven) if (!mine.has(id)) stopping.abort();
      for (const id of await claimBroadcasts(database.pool, owner, claimTtlMs, claimAtOnce)) mine.add(id);
      // Also one whose driver saw it paused while it was already resumed and claimed again.
      for (const id of mine) if (!driven.has(id)) start(id);
    },
    get size() {
      return driven.size;
    },
    async stop() {
      for (const { stopping } of driven.values()) stopping.abort();
      await Promise.all([...driven.values()].map(({ done }) => done));
      await releaseBroadcasts(database.pool, owner);
    },
  };
}
