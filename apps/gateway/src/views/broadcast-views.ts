import { audienceSourceSchema, type broadcastRecipientSchema, type broadcastSchema } from '@multiwa/contracts';
import type { Broadcast, BroadcastRecipient, ProfilePace, RecipientCounts } from '@multiwa/db';
import { allCounts, estimateEnd, readBroadcastSettings } from '@multiwa/domain';
import type { z } from 'zod';

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
  const etaAt = row.status === 'RUNNING' ? estimateEnd(pace, used, every.PENDING, now) : null;
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
    failureCode: row.failureCode,
    scheduledAt: iso(row.scheduledAt),
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
    createdAt: row.createdAt.toISOString(),
  };
}

export function viewRecipient(row: BroadcastRecipient): z.output<typeof broadcastRecipientSchema> {
  const { id, position, input, chat, status, reason, messageId, acceptedAt } = row;
  return { id, position, input, chat, status, reason, messageId, acceptedAt: iso(acceptedAt) };
}

function iso(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
