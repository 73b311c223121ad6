import type pg from 'pg';
import { execute, query } from '../query.js';
import { hasWritten } from './warm-chats.js';

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

const TAKE_BACK_COLD = `
  UPDATE "Message" m SET "status" = 'SCHEDULED', "sendAt" = NULL, "commandedAt" = NULL ${waiting}
    AND (m."status" = 'QUEUED' OR m."sendAt" IS NOT NULL) AND m."status" IN ('QUEUED', 'SCHEDULED')
    AND NOT ${hasWritten('m."profileId"', 'm."chat"')}`;

/** The same for those only who never wrote to the profile; returns how many it took. */
export function takeBackColdMessages(tx: pg.PoolClient, broadcastId: string): Promise<number> {
  return execute(tx, 'broadcast_take_back_cold', TAKE_BACK_COLD, [broadcastId]);
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
