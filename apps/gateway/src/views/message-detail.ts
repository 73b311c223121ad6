import type { MessageDetail } from '@multiwa/contracts';
import type { Message } from '@multiwa/db';
import { viewMessage } from './views.js';

type Step = MessageDetail['history'][number];

/** One message with all that is known of it. */
export function viewMessageDetail(message: Message): MessageDetail {
  return { ...viewMessage(message), history: historyOf(message) };
}

/** A message keeps one time for each status, so its history is the times it has. */
function historyOf(message: Message): Step[] {
  const { status, fromMe, origin, sendAt, createdAt, endedAt, timestamp } = message;
  const ended = status === 'FAILED' || status === 'CANCELLED';
  const times: [Step['status'], Date | null][] = [];
  if (!fromMe) times.push(['DELIVERED', timestamp]);
  else if (origin !== 'PHONE') {
    if (sendAt) times.push(['SCHEDULED', createdAt]);
    // A scheduled message is queued at its time, unless it ended before that.
    const queuedAt = sendAt ?? createdAt;
    const wasQueued = status !== 'SCHEDULED' && !(ended && endedAt && endedAt < queuedAt);
    if (wasQueued) times.push(['QUEUED', queuedAt]);
  }
  times.push(['SENT', message.sentAt]);
  if (fromMe) times.push(['DELIVERED', message.deliveredAt]);
  times.push(['READ', message.readAt], ['PLAYED', message.playedAt]);
  if (ended) times.push([status, endedAt]);
  return times
    .flatMap(([step, at]) => (at ? [{ status: step, at: at.toISOString() }] : []))
    .sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}
