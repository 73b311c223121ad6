import {
  type BroadcastFrozen,
  type BroadcastStatus,
  broadcastFrozenSchema,
  type EventRecord,
  eventOf,
  paceSchema,
  type RecipientStatus,
  recipientStatuses,
  textContentSchema,
} from '@multiwa/contracts';
import { newId } from './ids.js';

/** Every status with its count, also those that no recipient has. */
export function allCounts(counts: Partial<Record<RecipientStatus, number>>): Record<RecipientStatus, number> {
  const entries = recipientStatuses.map((status) => [status, counts[status] ?? 0]);
  return Object.fromEntries(entries) as Record<RecipientStatus, number>;
}

/** What is told of a broadcast when its state changes, or while it runs. */
export function broadcastEvent<T extends 'broadcast.status' | 'broadcast.progress'>(
  type: T,
  { id, workspaceId, profileId }: { id: string; workspaceId: string; profileId: string },
  status: BroadcastStatus,
  counts: Partial<Record<RecipientStatus, number>>,
  frozen: BroadcastFrozen | null = null,
): EventRecord<T> {
  const data = { broadcastId: id, status, counts: allCounts(counts), ...toldOf(frozen) };
  return eventOf<'broadcast.status' | 'broadcast.progress'>(type, {
    id: newId(),
    workspaceId,
    profileId,
    data,
  }) as EventRecord<T>;
}

/** The reason of `frozen` was released as the only one there is; what came later stands beside it. */
function toldOf(frozen: BroadcastFrozen | null) {
  if (!frozen) return {};
  const { reason, until } = frozen;
  return reason === 'reachout_timelock' ? { frozen: { reason, until } } : { newChatCap: { until } };
}

/** Content and pace of a broadcast as they were stored. @throws ZodError when they were written by something else */
export function readBroadcastSettings({ content, pace }: { content: unknown; pace: unknown }) {
  return { content: textContentSchema.parse(content), pace: paceSchema.parse(pace) };
}

/** Why a broadcast holds recipients back, as it was stored; null when it does not. */
export function readFrozen({ frozen }: { frozen: unknown }): BroadcastFrozen | null {
  return broadcastFrozenSchema.nullable().parse(frozen);
}
