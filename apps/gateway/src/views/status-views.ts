import { type StatusPart, type StatusView, statusLifetimeMs } from '@multiwa/contracts';
import type { Message } from '@multiwa/db';
import { viewMessage } from './views.js';

/** A row as a status; `views` counts those who saw it. */
export function viewStatus(row: Message, views: number): StatusView {
  const { id, profileId, waMessageId, fromMe, type, content, status, failure, sender, timestamp, deletedAt } =
    viewMessage(row);
  const { status: part } = row.content as { status?: StatusPart };
  const { audience, ...look } = part ?? {};
  return {
    id,
    profileId,
    waMessageId,
    fromMe,
    type,
    content,
    look: fromMe && part ? look : null,
    state: status,
    failure,
    sender: fromMe ? null : sender,
    audience: fromMe ? (audience?.length ?? null) : null,
    views: fromMe ? views : null,
    seenAt: fromMe ? null : (row.readAt?.toISOString() ?? null),
    timestamp,
    expiresAt: new Date(row.timestamp.getTime() + statusLifetimeMs).toISOString(),
    deletedAt,
  };
}
