import { actionTypes, events, movedEventType, statusChat } from '@multiwa/contracts';
import type pg from 'pg';
import type { Database } from '../client.js';
import type { Message, MessageRevision, PollVote, Reaction } from '../generated/client.js';
import type { MessageStatus, MessageType } from '../generated/enums.js';
import { execute, query } from '../query.js';
import { appendEvents } from './events.js';
import { behind, newestFirst, type PageRequest } from './page.js';

export interface MessageFilter {
  chat?: string;
  fromMe?: boolean;
  status?: MessageStatus;
  /** Only what was stored after this. */
  since?: Date | null;
  type?: MessageType;
}

const story = {
  reactions: { orderBy: { at: 'asc' } },
  votes: { orderBy: { at: 'asc' } },
  revisions: { orderBy: { until: 'asc' } },
} as const;

/** A message with what people said about it, and what it said before. */
export interface MessageWithStory extends Message {
  reactions: Reaction[];
  votes: PollVote[];
  revisions: MessageRevision[];
}

const notInAChat = [{ chat: statusChat }, { chat: { endsWith: '@newsletter' } }];

/** Which profile's messages; both ids, so that no query can leave its workspace. */
export interface ProfileScope {
  workspaceId: string;
  profileId: string;
}

const CANCEL = `
  UPDATE "Message" SET "status" = 'CANCELLED', "endedAt" = now()
  WHERE "id" = $1 AND "profileId" = $2 AND "workspaceId" = $3 AND "status" = 'SCHEDULED' RETURNING *`;
/** A send that has begun may be at the phone already, whatever became of the engine: `begunAt` says so for good. */
const CANCEL_WAITING = `
  UPDATE "Message" SET "status" = 'CANCELLED', "endedAt" = now()
  WHERE "id" = $1 AND "profileId" = $2 AND "workspaceId" = $3
    AND ("status" = 'SCHEDULED' OR ("status" = 'QUEUED' AND "begunAt" IS NULL)) RETURNING *`;
const MARK_COMMANDED = `
  WITH confirmed AS (SELECT * FROM unnest($1::text[], $2::timestamp[]) AS c("id", "at")),
  waiting AS (
    SELECT m."id", c."at" FROM "Message" m JOIN confirmed c ON c."id" = m."id"
    WHERE m."commandedAt" IS NULL FOR NO KEY UPDATE OF m SKIP LOCKED
  )
  UPDATE "Message" m SET "commandedAt" = w."at" FROM waiting w WHERE m."id" = w."id"`;

/** A send that the command stream holds, and since when. */
export interface ConfirmedSend {
  id: string;
  at: Date;
}

/** Messages of one profile, in and out. */
export function messagesRepository({ prisma, pool, transaction }: Database) {
  return {
    /** Sends that change another message are listed when asked for by type; what is in no chat has lists of its own. */
    list(scope: ProfileScope, { take, after, chat, fromMe, status, type, since }: PageRequest & MessageFilter) {
      const kind = type ?? { notIn: [...actionTypes] };
      const newer = since ? { AND: { createdAt: { gt: since } } } : {};
      const inChats = chat === undefined ? notInAChat : undefined;
      const where = { ...scope, chat, NOT: inChats, fromMe, status, type: kind, ...newer, ...behind(after) };
      return prisma.message.findMany({ where, orderBy: newestFirst, take });
    },

    find(scope: ProfileScope, id: string) {
      return prisma.message.findUnique({ where: { id, ...scope } });
    },

    findWithStory(scope: ProfileScope, id: string): Promise<MessageWithStory | null> {
      return prisma.message.findUnique({ where: { id, ...scope }, include: story });
    },

    findByIdempotencyKey({ workspaceId, profileId }: ProfileScope, idempotencyKey: string) {
      return prisma.message.findUnique({
        where: { profileId_idempotencyKey: { profileId, idempotencyKey }, workspaceId },
      });
    },

    /** Those of a group of sends that were accepted together, by their keys; in the order in which they were accepted. */
    findByIdempotencyKeys({ workspaceId, profileId }: ProfileScope, keys: readonly string[]): Promise<Message[]> {
      const where = { profileId, workspaceId, idempotencyKey: { in: [...keys] } };
      return prisma.message.findMany({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
    },

    /** Cancels a message that still waits for its time, with the event; null when it does not wait (any more). */
    cancelScheduled(scope: ProfileScope, id: string, eventId: string): Promise<Message | null> {
      return transaction((tx) => cancel(tx, scope, id, eventId, ['messages_cancel', CANCEL]));
    },

    /**
     * Cancels a message that is SCHEDULED, or QUEUED with no engine having begun to send it, with the event; null when it
     * is neither. Whether its profile has an owner does not matter: an engine begins a send by a write to the same row
     * (`beginSends`), so that one of the two comes first and the other finds it so.
     */
    cancelWaiting(scope: ProfileScope, id: string, eventId: string): Promise<Message | null> {
      return transaction((tx) => cancel(tx, scope, id, eventId, ['messages_cancel_waiting', CANCEL_WAITING]));
    },

    /** Accepted sends of a profile that the command stream has not confirmed, in the order of acceptance. */
    uncommanded(profileId: string, take: number) {
      return prisma.message.findMany({
        where: { profileId, status: 'QUEUED', commandedAt: null },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        take,
      });
    },

    /**
     * Notes that the command stream holds these sends. A row that is locked is being moved on from QUEUED by another
     * app, where the note no longer matters: skipping it keeps the two from waiting for each other.
     */
    async markCommanded(confirmed: readonly ConfirmedSend[]): Promise<void> {
      const values = [confirmed.map(({ id }) => id), confirmed.map(({ at }) => at.toISOString())];
      await execute(pool, 'messages_mark_commanded', MARK_COMMANDED, values);
    },
  };
}
async function cancel(
  tx: pg.PoolClient,
  { workspaceId, profileId }: ProfileScope,
  id: string,
  eventId: string,
  [name, text]: readonly [name: string, text: string],
): Promise<Message | null> {
  const [row] = await query<Message>(tx, name, text, [id, profileId, workspaceId]);
  if (!row) return null;
  const { waMessageId, chat, endedAt, traceparent } = row;
  const data = { messageId: id, waMessageId, chat, at: endedAt?.toISOString() };
  const type = movedEventType(chat, 'cancelled');
  const { version } = events[type];
  await appendEvents(tx, [{ id: eventId, workspaceId, profileId, type, version, data, traceparent }]);
  return row;
}
export type MessagesRepository = ReturnType<typeof messagesRepository>;
