import {
  type EngineWorkerView,
  type HealthReason,
  healthReasons,
  type LiveSession,
  restrictionSchema,
  type SessionView,
} from '@multiwa/contracts';
import type { KnownWorker, QueueState, SessionRow } from '@multiwa/db';

export function viewWorker(worker: KnownWorker): EngineWorkerView {
  return {
    id: worker.id,
    network: worker.network,
    host: worker.host,
    pid: worker.pid,
    version: worker.version,
    state: stateOf(worker),
    drainRequested: worker.drainRequested,
    admitting: worker.admitting,
    capacity: worker.capacity,
    sessions: worker.sessions,
    rssMb: worker.rssMb,
    startedAt: worker.startedAt.toISOString(),
    seenAt: worker.seenAt.toISOString(),
  };
}

function stateOf({ isAlive, draining, drainRequested }: KnownWorker): EngineWorkerView['state'] {
  if (!isAlive) return 'LOST';
  return draining || drainRequested ? 'DRAINING' : 'LIVE';
}

/** `showsHost`: only for who runs the machines. */
export function viewSession(
  profileId: string,
  row: SessionRow,
  queue: QueueState,
  live: LiveSession | null,
  showsHost: boolean,
): SessionView {
  const { workerId, generation, claimedAt, host } = row;
  const healthReason = row.healthReason as HealthReason | null;
  return {
    profileId,
    network: row.network,
    status: row.status,
    health: row.health,
    healthReason,
    healthSentence: healthReason && healthReasons[healthReason],
    restriction: restrictionSchema.nullable().parse(row.restriction),
    owner:
      workerId === null || generation === null
        ? null
        : { workerId, host: showsHost ? host : null, generation, claimedAt: claimedAt?.toISOString() ?? null },
    queueDepth: queue.depth,
    oldestQueuedAt: queue.oldestAt?.toISOString() ?? null,
    live,
  };
}
