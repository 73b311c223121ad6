import type { MessageStatus } from '../generated/enums.js';
import { type Executor, query } from '../query.js';
import type { PersonNames } from './opt-outs.js';

/** A send that an engine is about to put on the wire. */
export interface SendToBegin {
  messageId: string;
  /** The time that a guarded command carries: it begins only while the message still has it; null asks for no such match. */
  acceptedAt: Date | null;
  /** Whom it goes to, in all names that may stand in the ledger of opt-outs; without any for what goes to no single person. */
  to: PersonNames;
}

/**
 * What the database says of a send that is to begin. `begun`: it is QUEUED and marked, go on. `expired`: its time was over
 * before anything was sent. `opted_out`: before that, its recipient refused messages. `over`: it was sent or has failed.
 * `taken_back`: it was cancelled or put off. `busy`: somebody is changing the row just now, ask again. `unknown`: there is
 * no such message.
 */
export type BeginVerdict = 'begun' | 'expired' | 'opted_out' | 'over' | 'taken_back' | 'busy' | 'unknown';

/** The verdict, and the timer of the chat's disappearing messages as it is now. */
export interface SendBegin {
  verdict: BeginVerdict;
  expiresInSeconds: number | undefined;
}

/**
 * Rows are locked in the order of their ids, and one that somebody else holds is passed by: a sweep may hold its rows for
 * as long as the bus takes, and no other send shall wait for that.
 *
 * The mark need not reach the disk before this returns: the state of the Signal session does, it is committed after this
 * and before the message leaves, and the log is flushed in order. A commit of its own would cost every send a flush.
 *
 * The ledger of opt-outs is read by the same statement, so that nothing begins once an opt-out is committed, however the
 * message was accepted beside it. Two probes of an index each, one by phone and one by LID, and none once it has begun.
 */
const BEGIN = `
  WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
  asked AS (SELECT a.id, a.at, string_to_array(a.phones, ' ') AS phones, a.lid
    FROM quick, unnest($1::text[], $2::timestamp[], $3::text[], $4::text[]) AS a(id, at, phones, lid)),
  held AS MATERIALIZED (
    SELECT m."id", m."profileId", m."chat", a.at IS NULL OR a.at = coalesce(m."sendAt", m."createdAt") AS valid,
      m."status" = 'QUEUED' AND m."begunAt" IS NULL AND m."expiresAt" <= now() AS expired,
      m."status", m."begunAt" IS NULL AS fresh,
      m."status" = 'QUEUED' AND m."begunAt" IS NULL AND NOT m."ignoreOptOut" AND (
        EXISTS (SELECT 1 FROM "OptOut" o WHERE o."workspaceId" = m."workspaceId" AND o."phone" = ANY(a.phones))
        OR EXISTS (SELECT 1 FROM "OptOut" o WHERE o."workspaceId" = m."workspaceId" AND o."lid" = a.lid)) AS refused
    FROM asked a JOIN "Message" m ON m."id" = a.id ORDER BY m."id" FOR NO KEY UPDATE OF m SKIP LOCKED
  ), marked AS (
    UPDATE "Message" m SET "begunAt" = now(), "commandedAt" = coalesce(m."commandedAt", now())
    FROM held h WHERE m."id" = h."id" AND h.valid AND h."status" = 'QUEUED' AND h.fresh AND h.expired IS NOT TRUE
      AND NOT h.refused
  )
  SELECT a.id, m."id" IS NOT NULL AS known, h."id" IS NOT NULL AS held, h."status",
    coalesce(h.valid, false) AS valid, coalesce(h.expired, false) AS expired,
    coalesce(h.refused, false) AS refused, c."ephemeralSeconds"
  FROM asked a LEFT JOIN held h ON h."id" = a.id LEFT JOIN "Message" m ON m."id" = a.id
    LEFT JOIN "Conversation" c ON c."profileId" = h."profileId" AND c."chat" = h."chat"`;

type Row = {
  id: string;
  known: boolean;
  held: boolean;
  status: MessageStatus | null;
  /** The command carries the message's time. */
  valid: boolean;
  expired: boolean;
  /** Its recipient wants no messages. */
  refused: boolean;
  ephemeralSeconds: number | null;
};

/**
 * Marks sends as begun, right before they are put on the wire, and says which of them may be. From then on a message is not
 * cancelled and does not end by its time or an opt-out, for it may be at the phone; what ended before is not begun. A send
 * that is tried again, by this owner or a later one, begins again.
 */
export async function beginSends(executor: Executor, sends: readonly SendToBegin[]): Promise<Map<string, SendBegin>> {
  if (sends.length === 0) return new Map();
  const values = [
    sends.map(({ messageId }) => messageId),
    sends.map(({ acceptedAt }) => acceptedAt?.toISOString() ?? null),
    sends.map(({ to }) => to.phones.join(' ')),
    sends.map(({ to }) => to.lid),
  ];
  const rows = await query<Row>(executor, 'sends_begin', BEGIN, values);
  return new Map(
    rows.map((row) => [row.id, { verdict: verdictOf(row), expiresInSeconds: row.ephemeralSeconds || undefined }]),
  );
}

function verdictOf({ known, held, status, valid, expired, refused }: Row): BeginVerdict {
  if (!known) return 'unknown';
  if (!held) return 'busy';
  if (status === 'CANCELLED' || status === 'SCHEDULED') return 'taken_back';
  if (status !== 'QUEUED') return 'over';
  if (!valid) return 'taken_back';
  if (expired) return 'expired';
  return refused ? 'opted_out' : 'begun';
}
