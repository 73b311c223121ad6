import {
  audienceSourceSchema,
  type BroadcastFrozen,
  type broadcastRecipientSchema,
  type broadcastSchema,
} from '@multiwa/contracts';
import type { Broadcast, BroadcastRecipient, ProfilePace, RecipientCounts } from '@multiwa/db';
import { allCounts, estimateEnd, readBroadcastSettings, readFrozen } from '@multiwa/domain';
import type { z } from 'zod';
import type { WithPeer } from '../use-cases/peers.js';

export type BroadcastView = z.output<typeof broadcastSchema>;

/** What a view needs beside the row. */
export interface BroadcastProgress {
  counts: RecipientCounts;
  used: ProfilePace | null;
  now: Date;
}

export function viewBroadcast(row: Broadcast, { counts, used, now }: BroadcastProgress): BroadcastView {
  const { content, pace } = readBroadcastSettings(row);
  const audience = audienceSourceSchema.parse(row.audience);
  const every = allCounts(counts);
  const size = Object.values(every).reduce((sum, count) => sum + count, 0);
  const isKnown = audience.kind !== 'tags' || row.startedAt !== null;
  const frozen = readFrozen(row);
  const etaAt = row.status === 'RUNNING' ? endOf(pace, used, every.PENDING, now, frozen) : null;
  return {
    id: row.id,
    profileId: row.profileId,
    name: row.name,
    status: row.status,
    content,
    audience: { ...audience, size: isKnown ? size : null },
    pace,
    counts: every,
    etaAt: iso(etaAt),
    frozen,
    failureCode: row.failureCode,
    scheduledAt: iso(row.scheduledAt),
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
    createdAt: row.createdAt.toISOString(),
  };
}

/** Those that are held back begin when the restriction lifts; nobody knows the end while WhatsApp does not say that. */
function endOf(...[pace, used, pending, now, frozen]: [...Parameters<typeof estimateEnd>, BroadcastFrozen | null]) {
  if (frozen?.until === null) return null;
  const from = frozen ? new Date(Math.max(now.getTime(), Date.parse(frozen.until))) : now;
  return estimateEnd(pace, used, pending, from);
}

export function viewRecipient(row: WithPeer<BroadcastRecipient>): z.output<typeof broadcastRecipientSchema> {
  const { id, position, input, chat, peer, status, reason, messageId, acceptedAt } = row;
  return { id, position, input, chat, peer, status, reason, messageId, acceptedAt: iso(acceptedAt) };
}

function iso(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
