import type pg from 'pg';
import { execute, query } from '../query.js';

/**
 * Messages of a broadcast that were accepted but not sent. A paused broadcast's are SCHEDULED without a time: no
 * scheduler fires them, and an engine that holds their command finds them not QUEUED and leaves them.
 */
const waiting = `
  FROM "BroadcastRecipient" r
  WHERE r."broadcastId" = $1 AND r."status" = 'ACCEPTED' AND m."id" = r."messageId"`;

const TAKE_BACK = `
  UPDATE "Message" m SET "status" = 'SCHEDULED', "sendAt" = NULL, "commandedAt" = NULL ${waiting}
    AND m."status" IN ('QUEUED', 'SCHEDULED')`;
const GIVE_BACK = `
  UPDATE "Message" m SET "sendAt" = now() ${waiting} AND m."status" = 'SCHEDULED' AND m."sendAt" IS NULL`;
const CANCEL = `
  UPDATE "Message" m SET "status" = 'CANCELLED', "endedAt" = now() ${waiting} AND m."status" IN ('QUEUED', 'SCHEDULED')
  RETURNING m."id" AS "messageId", m."waMessageId", m."chat", m."endedAt" AS "at"`;
const CANCEL_RECIPIENTS = `
  UPDATE "BroadcastRecipient" SET "status" = 'CANCELLED', "updatedAt" = now()
  WHERE "broadcastId" = $1 AND ("status" = 'PENDING' OR ("status" = 'ACCEPTED' AND "messageId" = ANY($2::text[])))`;

/** From the commit on nothing of this broadcast is sent but what an engine has on the wire; returns how many it took. */
export function takeBackMessages(tx: pg.PoolClient, broadcastId: string): Promise<number> {
  return execute(tx, 'broadcast_take_back', TAKE_BACK, [broadcastId]);
}

/** Makes what was taken back due now: the scheduler fires it as it fires every scheduled message. */
export function giveBackMessages(tx: pg.PoolClient, broadcastId: string): Promise<number> {
  return execute(tx, 'broadcast_give_back', GIVE_BACK, [broadcastId]);
}

export interface CancelledMessage {
  messageId: string;
  waMessageId: string;
  chat: string;
  at: Date;
}

/** Ends all recipients that nothing was sent to; returns the messages that were waiting. */
export async function cancelRemaining(tx: pg.PoolClient, broadcastId: string): Promise<CancelledMessage[]> {
  const cancelled = await query<CancelledMessage>(tx, 'broadcast_cancel', CANCEL, [broadcastId]);
  const ids = cancelled.map(({ messageId }) => messageId);
  await execute(tx, 'broadcast_cancel_recipients', CANCEL_RECIPIENTS, [broadcastId, ids]);
  return cancelled;
}
