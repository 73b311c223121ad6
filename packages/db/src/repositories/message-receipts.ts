import type pg from 'pg';
import type { Database } from '../client.js';
import type { MessageStatus } from '../generated/enums.js';
import { execute, query } from '../query.js';

/** What one member of a group has said of a message. */
export interface ReceiptState {
  messageId: string;
  participant: string;
  phone: string | null;
  lid: string | null;
  status: MessageStatus;
  at: Date;
}

const LOAD = `
  SELECT "messageId", "participant", "phone", "lid", "status", "at" FROM "MessageReceipt"
  WHERE "messageId" = ANY($1)`;

/** All receipts of messages that facts speak of. */
export function loadReceipts(tx: pg.PoolClient, messageIds: readonly string[]): Promise<ReceiptState[]> {
  return query<ReceiptState>(tx, 'facts_load_receipts', LOAD, [messageIds]);
}

const SAVE = `
  INSERT INTO "MessageReceipt" AS m ("messageId", "participant", "phone", "lid", "status", "at")
  SELECT "messageId", "participant", "phone", "lid", "status", "at"
  FROM jsonb_to_recordset($1::jsonb) AS r("messageId" text, "participant" text, "phone" text, "lid" text,
    "status" "MessageStatus", "at" timestamp)
  ON CONFLICT ("messageId", "participant", "status") DO UPDATE SET "at" = least(m."at", excluded."at")`;

export async function saveReceipts(tx: pg.PoolClient, rows: readonly ReceiptState[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_save_receipts', SAVE, [JSON.stringify(rows)]);
}

export function receiptsRepository({ prisma }: Database) {
  return {
    /** Of one message, in the order of their times. */
    of(messageId: string) {
      return prisma.messageReceipt.findMany({
        where: { messageId },
        orderBy: [{ participant: 'asc' }, { at: 'asc' }],
      });
    },
  };
}
export type ReceiptsRepository = ReturnType<typeof receiptsRepository>;
