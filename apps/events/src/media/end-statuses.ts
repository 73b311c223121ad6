import { statusLifetimeMs } from '@multiwa/contracts';
import { type Database, endReceivedStatuses, isBlobInUse } from '@multiwa/db';
import type { MediaStorage } from '@multiwa/media';
import { type Logger, type Poller, poller } from '@multiwa/runtime';

export interface EndStatusesDeps {
  database: Pick<Database, 'transaction' | 'pool'>;
  storage: Pick<MediaStorage, 'stat' | 'remove'>;
  logger: Logger;
  everyMs?: number;
  now?(): number;
}

const EVERY_MS = 600_000;
const BATCH = 500;
/** They are no longer shown from their end on, and go so much later: by then nobody is storing their bytes at this moment. */
const GRACE_MS = 3_600_000;

/** Forgets the statuses of others when their day is over, with their files. Replicas pass each other's rows by. */
export function startEndingStatuses(deps: EndStatusesDeps): Poller {
  const { logger, everyMs = EVERY_MS } = deps;
  const round = async (signal: AbortSignal) => {
    let ended = BATCH;
    while (ended === BATCH && !signal.aborted) ended = await endSome(deps);
  };
  return poller(everyMs, round, { name: 'end of statuses', logger });
}

async function endSome({ database, storage, logger, now = Date.now }: EndStatusesDeps): Promise<number> {
  const before = new Date(now() - statusLifetimeMs - GRACE_MS);
  const { count, hashes } = await endReceivedStatuses(database, before, BATCH);
  for (const sha256 of hashes) {
    const kept = await storage.stat(sha256);
    const isYoung = !kept || now() - kept.keptAt.getTime() < GRACE_MS;
    if (!isYoung && !(await isBlobInUse(database.pool, sha256))) await storage.remove(sha256);
  }
  if (count > 0) logger.info({ statuses: count, files: hashes.length }, 'Statuses of others are over');
  return count;
}
