import type { BusMessage, HandlerResult } from '@multiwa/bus';
import { type EventEnvelope, events, type RecipientStatus } from '@multiwa/contracts';
import { advanceRecipients, type Database, type RecipientNews } from '@multiwa/db';
import { recipientStatusesBelow, recipientStatusOfEvent } from '@multiwa/domain';

export interface FollowMessagesDeps {
  database: Pick<Database, 'transaction'>;
  /** Told how many recipients reached a status, for metrics. */
  count(status: RecipientStatus, recipients: number): void;
}

/**
 * Takes a batch of message events over to the recipients of broadcasts. Most messages are no broadcast's and are
 * passed over; a repeated batch changes nothing either.
 */
export function makeFollowMessages({ database, count }: FollowMessagesDeps) {
  return async (batch: BusMessage<EventEnvelope>[]): Promise<HandlerResult[]> => {
    const news = byStatus(batch);
    if (news.size > 0) {
      const raised = await database.transaction(async (tx) => {
        const changes: [RecipientStatus, number][] = [];
        for (const [status, each] of news) {
          changes.push([status, await advanceRecipients(tx, each, status, recipientStatusesBelow(status))]);
        }
        return changes;
      });
      for (const [status, recipients] of raised) count(status, recipients);
    }
    return batch.map(() => 'done');
  };
}

/** Messages sorted, so that two replicas lock the same rows in the same order. */
function byStatus(batch: readonly BusMessage<EventEnvelope>[]): Map<RecipientStatus, RecipientNews[]> {
  const news = new Map<RecipientStatus, Map<string, RecipientNews>>();
  for (const { payload } of batch) {
    const status = recipientStatusOfEvent(payload.type);
    if (!status) continue;
    const { messageId, origin } = events['message.sent'].data.parse(payload.data);
    if (origin !== undefined && origin !== 'BROADCAST') continue;
    const reason = payload.type === 'message.failed' ? events['message.failed'].data.parse(payload.data).code : null;
    const ofStatus = news.get(status) ?? new Map<string, RecipientNews>();
    news.set(status, ofStatus.set(messageId, { messageId, reason }));
  }
  const byId = (a: RecipientNews, b: RecipientNews) => (a.messageId < b.messageId ? -1 : 1);
  return new Map([...news].map(([status, each]) => [status, [...each.values()].sort(byId)]));
}
