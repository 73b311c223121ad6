import { type EventRecord, eventOf, movedEventType } from '@multiwa/contracts';
import { appendEvents, type Database, type ExpiredMedia, expireMedia, isBlobInUse, tryToLead } from '@multiwa/db';
import { identityOfChat, newId } from '@multiwa/domain';
import type { MediaLinks, MediaStorage } from '@multiwa/media';
import { type Logger, type Poller, poller } from '@multiwa/runtime';
import { storedMediaOf } from '../facts/media-book.js';

export interface RetentionDeps {
  database: Pick<Database, 'pool' | 'transaction'>;
  storage: Pick<MediaStorage, 'stat' | 'remove'>;
  links: Pick<MediaLinks, 'show'>;
  /** Days for which files are kept; 0 keeps them for ever. */
  days: number;
  /** Told that there are events to announce. */
  onEvent(): void;
  logger: Logger;
  everyMs?: number;
  /** Files that end in one transaction. */
  batch?: number;
  now?(): number;
}

const DAY_MS = 86_400_000;
const EVERY_MS = 600_000;
const BATCH = 500;
const LEADER_LEASE_MS = 60_000;

/**
 * Ends the time of files that were kept for as long as the operator wants, and tells of those that came with messages. Bytes
 * go when no file of any workspace has them any more; young ones stay, since somebody may be storing the same bytes at this
 * moment. One replica at a time does so.
 */
export function startRetention(deps: RetentionDeps): Poller | undefined {
  const { database, days, logger, everyMs = EVERY_MS, batch = BATCH } = deps;
  if (days === 0) return undefined;
  const round = async (signal: AbortSignal) => {
    const leadership = await tryToLead(database.pool, 'media-retention', LEADER_LEASE_MS);
    if (!leadership) return;
    try {
      let ended = batch;
      while (ended === batch && !signal.aborted && (await leadership.renew())) ended = await endSome(deps, batch);
    } finally {
      await leadership.release();
    }
  };
  return poller(everyMs, round, { name: 'media retention', logger });
}

/** Ends one batch; returns how many files that were, however many of them have the same bytes. */
async function endSome(deps: RetentionDeps, batch: number): Promise<number> {
  const { database, storage, links, days, onEvent, logger, now = Date.now } = deps;
  const { expired, told } = await database.transaction(async (tx) => {
    const expired = await expireMedia(tx, new Date(now() - days * DAY_MS), batch);
    const told = await appendEvents(
      tx,
      expired.flatMap((media) => expiryEvent(media, links)),
    );
    return { expired, told: told.length };
  });
  if (told > 0) onEvent();
  const hashes = new Set(expired.flatMap(({ sha256 }) => sha256 ?? []));
  for (const sha256 of hashes) {
    const kept = await storage.stat(sha256);
    const isYoung = !kept || now() - kept.keptAt.getTime() < Math.min(days * DAY_MS, DAY_MS);
    if (!isYoung && !(await isBlobInUse(database.pool, sha256))) await storage.remove(sha256);
  }
  if (expired.length > 0) logger.info({ files: expired.length, told }, 'Media were kept for as long as is set');
  return expired.length;
}

/** The same event that told of the file when it came; none for what no message shows. */
function expiryEvent({ received }: ExpiredMedia, links: Pick<MediaLinks, 'show'>): EventRecord[] {
  if (!received) return [];
  const { workspaceId, profileId, messageId, waMessageId, chat, peerPhone, peerLid } = received;
  const named = identityOfChat(chat);
  const peer = named && { phone: named.phone ?? peerPhone, lid: named.lid ?? peerLid };
  const data = { messageId, waMessageId, chat, peer, media: links.show(storedMediaOf(received)) };
  return [eventOf(movedEventType(chat, 'media'), { id: newId(), workspaceId, profileId, data })];
}
