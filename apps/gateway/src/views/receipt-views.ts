import type { MessageReceiptView } from '@multiwa/contracts';
import type { MessageReceipt } from '@multiwa/db';

const fields = { DELIVERED: 'deliveredAt', READ: 'readAt', PLAYED: 'playedAt' } as const;

/** The receipts of one message, one entry for each person. */
export function viewReceipts(receipts: readonly MessageReceipt[]): MessageReceiptView[] {
  const people = new Map<string, MessageReceiptView>();
  for (const { participant, phone, lid, status, at } of receipts) {
    const view = people.get(participant) ?? { phone, lid, deliveredAt: null, readAt: null, playedAt: null };
    people.set(participant, view);
    if (status in fields) view[fields[status as keyof typeof fields]] = at.toISOString();
  }
  return [...people.values()];
}
