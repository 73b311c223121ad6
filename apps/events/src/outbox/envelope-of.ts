import type { EventEnvelope, EventType } from '@multiwa/contracts';
import type { AppendedEvent } from '@multiwa/db';

/** An event as everyone reads it, always the same for the same row. */
export function envelopeOf({
  id,
  type,
  version,
  createdAt,
  workspaceId,
  profileId,
  sequence,
  data,
}: AppendedEvent): EventEnvelope {
  return {
    id,
    type: type as EventType,
    version,
    timestamp: createdAt.toISOString(),
    workspaceId,
    profileId,
    sequence,
    data: data as EventEnvelope['data'],
  };
}
