import { type Broadcast, countRecipients } from '@multiwa/db';
import { broadcastEvent, readFrozen } from '@multiwa/domain';
import type { Transaction } from '../messages/publish-sends.js';

/** The event of a state that this transaction has just entered. */
export async function statusEvent(tx: Transaction, broadcast: Broadcast) {
  const counts = await countRecipients(tx, [broadcast.id]);
  return broadcastEvent(
    'broadcast.status',
    broadcast,
    broadcast.status,
    counts.get(broadcast.id) ?? {},
    readFrozen(broadcast),
  );
}
