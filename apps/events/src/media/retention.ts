import { type Database, expireMedia, isBlobInUse, tryToLead } from '@multiwa/db';
import type { MediaStorage } from '@multiwa/media';
import { type Logger, type Poller, poller } from '@multiwa/runtime';

export interface RetentionDeps {
  database: Pick<Database, 'pool'>;
  storage: Pick<MediaStorage, 'stat' | 'remove'>;
  /** Days for which files are kept; 0 keeps them for ever. */
  days: number;
  logger: Logger;
  everyMs?: number;
  now?(): number;
}

const DAY_MS = 86_400_000;
const EVERY_MS = 600_000;
const BATCH = 500;
const LEADER_LEASE_MS = 60_000;

/**
 * Ends the time of files that were kept for as long as the operator wants. Bytes go when no file of any workspace has them any
 * more; young ones stay, since somebody may be storing the same bytes at this moment. One replica at a time does so.
 */
export function startRetention(deps: RetentionDeps): Poller | undefined {
  const { database, days, logger, everyMs = EVERY_MS } = deps;
  if (days === 0) return undefined;
  const round = async (signal: AbortSignal) => {
    const leadership = await tryToLead(database.pool, 'media-retention', LEADER_LEASE_MS);
    if (!leadership) return;
    try {
      let ended = BATCH;
      while (ended === BATCH && !signal.aborted && (await leadership.renew())) ended = await endSome(deps);
    } finally {
      await leadership.release();
    }
  };
  return poller(everyMs, round, { name: 'media retention', logger });
}

/** Ends one batch; returns how many blobs it was about. */
async function endSome({ database, storage, days, logger, now = Date.now }: RetentionDeps): Promise<number> {
  const hashes = await expireMedia(database.pool, new Date(now() - days * DAY_MS), BATCH);
  for (const sha256 of hashes) {
    const kept = await storage.stat(sha256);
    const isYoung = !kept || now() - kept.keptAt.getTime() < Math.min(days * DAY_MS, DAY_MS);
    if (!isYoung && !(await isBlobInUse(database.pool, sha256))) await storage.remove(sha256);
  }
  if (hashes.length > 0) logger.info({ files: hashes.length }, 'Media were kept for as long as is set');
  return hashes.length;
}
