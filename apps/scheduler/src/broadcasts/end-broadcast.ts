import { appendEvents, type Broadcast, cancelRemaining, catchUpRecipients, changeBroadcast } from '@multiwa/db';
import { nextBroadcastStatus } from '@multiwa/domain';
import type { Transaction } from '../messages/publish-sends.js';
import { statusEvent } from './status-event.js';

/** Ends a broadcast that this transaction holds, all its recipients counted, with its event. */
export async function endBroadcast(
  tx: Transaction,
  broadcast: Broadcast,
  end: { action: 'complete' } | { action: 'fail'; failureCode: string },
): Promise<void> {
  const status = nextBroadcastStatus(broadcast.status, end.action);
  if (!status) throw new Error(`a broadcast that is ${broadcast.status} cannot ${end.action}`);
  await catchUpRecipients(tx, broadcast.id);
  // A failing broadcast has no messages that wait: those of a deleted profile have ended already.
  if (end.action === 'fail') await cancelRemaining(tx, broadcast.id);
  const change = { status, endedAt: new Date(), ...(end.action === 'fail' && { failureCode: end.failureCode }) };
  const ended = await changeBroadcast(tx, broadcast.id, change);
  await appendEvents(tx, [await statusEvent(tx, ended)]);
}
