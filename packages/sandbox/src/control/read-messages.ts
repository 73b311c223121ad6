import type { ReceivedMessage } from '../phone/records.js';
import type { VirtualPhone } from '../phone/virtual-phone.js';
import type { ReceivedPage } from './views.js';

/** Which received messages are wanted. */
export interface MessagesQuery {
  from?: string;
  after: number;
  limit: number;
  waitMs: number;
  direction: 'in' | 'own' | 'all';
}

/** Messages that match, oldest first; when there is none, waits up to `waitMs` for the first. */
export async function readMessages(phone: VirtualPhone, query: MessagesQuery): Promise<ReceivedPage> {
  const deadline = Date.now() + query.waitMs;
  for (;;) {
    const messages = selectMessages(phone, query);
    const leftMs = deadline - Date.now();
    if (messages.length > 0 || leftMs <= 0) {
      return { messages, next: messages.at(-1)?.seq ?? query.after };
    }
    await phone.records.nextChange(leftMs);
  }
}

function selectMessages(
  { records }: VirtualPhone,
  { from, after, limit, direction }: MessagesQuery,
): ReceivedMessage[] {
  const selected: ReceivedMessage[] = [];
  // `seq` is the position in the list, from 1.
  for (let index = after; index < records.received.length && selected.length < limit; index += 1) {
    const message = records.received[index];
    if (!message) break;
    if (direction === 'in' ? message.fromMe : direction === 'own' ? !message.fromMe : false) continue;
    if (from !== undefined && from !== message.from.phone && from !== message.from.lid) continue;
    selected.push(message);
  }
  return selected;
}
