import { timing } from '@multiwa/contracts';
import { type Database, pruneDeliveries, pruneEarlyWords, pruneEvents } from '@multiwa/db';
import { type Logger, poller, type Running } from '@multiwa/runtime';

export interface PruneDeps {
  database: Database;
  /** For how long announced events, and deliveries that have ended, are kept. */
  keep: { eventsMs: number; deliveriesMs: number };
  logger: Logger;
}

const { everyMs, batch, earlyWordsMs } = timing.pruning;

/** Deletes what is older than it is to be kept, little by little. Every replica may do so: they pass each other's rows by. */
export function startPruning({ database, keep, logger }: PruneDeps): Running {
  const all = async (what: string, prune: () => Promise<number>, signal: AbortSignal): Promise<void> => {
    let rows = 0;
    for (let pruned: number = batch; pruned === batch && !signal.aborted; rows += pruned) pruned = await prune();
    if (rows > 0) logger.info({ what, rows }, 'Old rows were deleted');
  };
  return poller(
    everyMs,
    async (signal) => {
      await all('deliveries', () => pruneDeliveries(database, keep.deliveriesMs, batch), signal);
      await all('early words', () => pruneEarlyWords(database.pool, earlyWordsMs, batch), signal);
      await all('events', () => pruneEvents(database.pool, keep.eventsMs, batch), signal);
    },
    { name: 'pruning', logger },
  );
}
