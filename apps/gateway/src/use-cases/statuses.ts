import type { Bus } from '@multiwa/bus';
import {
  CodedError,
  type listStatusQuerySchema,
  type ParsedStatus,
  type ReactToStatus,
  type StatusDetail,
  type StatusPart,
  type StatusView,
  statusChat,
  statusLifetimeMs,
  subjects,
} from '@multiwa/contracts';
import type {
  Message,
  MessagesRepository,
  PageRequest,
  ProfileScope,
  ReceiptsRepository,
  StatusesRepository,
} from '@multiwa/db';
import { chatsOfNames, newId } from '@multiwa/domain';
import type { z } from 'zod';
import type { ChatCommands } from '../accept/chat-commands.js';
import type { ComposeStatus } from '../compose/compose-status.js';
import { viewReactions } from '../views/message-detail.js';
import { viewReceipts } from '../views/receipt-views.js';
import { viewStatus } from '../views/status-views.js';
import type { AcceptSend, Idempotency } from './accept-send.js';
import { personOf } from './addressing.js';
import type { KnownProfiles } from './known-profile.js';
import { readPage } from './page.js';

export interface StatusesDeps {
  statuses: StatusesRepository;
  receipts: ReceiptsRepository;
  messages: Pick<MessagesRepository, 'cancelWaiting'>;
  knownProfiles: KnownProfiles;
  acceptSend: AcceptSend;
  composeStatus: ComposeStatus;
  /** Why nothing may be sent to somebody who wants no messages. */
  optOutRefusal(workspaceId: string, chat: string): Promise<CodedError | null>;
  commands: Pick<ChatCommands, 'handOn'>;
  bus: Pick<Bus, 'nudge'>;
  now(): Date;
}

/** Statuses: posted and taken back like any message, read for as long as clients show them. */
export function makeStatuses(deps: StatusesDeps) {
  const { statuses, receipts, messages, knownProfiles, acceptSend, composeStatus, optOutRefusal, commands, bus, now } =
    deps;
  const since = () => new Date(now().getTime() - statusLifetimeMs);

  async function find(scope: ProfileScope, id: string, after = since()): Promise<Message> {
    await knownProfiles.require(scope);
    const row = await statuses.find(scope, id, after);
    if (!row) throw new CodedError('status_not_found');
    return row;
  }

  async function show(scope: ProfileScope, id: string, after?: Date): Promise<StatusView> {
    const row = await find(scope, id, after);
    return viewStatus(row, row.fromMe ? ((await statuses.views([id])).get(id) ?? 0) : 0);
  }

  return {
    /** Kept when this resolves: it ends SENT or FAILED. */
    async post(scope: ProfileScope, input: ParsedStatus, idempotency?: Idempotency) {
      const compose = (profile: Parameters<ComposeStatus>[1]) => composeStatus(scope, profile, input);
      // Those who want no messages were seen to with the audience.
      const { message, replayed } = await acceptSend(scope, compose, { ignoreOptOut: true }, idempotency);
      // A repetition is answered also when the day of the first is over.
      return { status: await show(scope, message.id, new Date(0)), replayed };
    },

    async list(scope: ProfileScope, query: z.output<typeof listStatusQuerySchema>) {
      await knownProfiles.require(scope);
      const { fromMe, from } = query;
      const sender = from === undefined ? undefined : personOf(from, '#/query/from');
      const filter = { sender, since: since(), fromMe: fromMe === undefined ? undefined : fromMe === 'true' };
      let views = new Map<string, number>();
      const read = async (page: PageRequest) => {
        const rows = await statuses.list(scope, { ...page, ...filter });
        views = await statuses.views(rows.filter((row) => row.fromMe).map(({ id }) => id));
        return rows;
      };
      return readPage('statuses', query, read, (row: Message) => viewStatus(row, views.get(row.id) ?? 0));
    },

    async get(scope: ProfileScope, id: string): Promise<StatusDetail> {
      const status = await show(scope, id);
      const rows = status.fromMe ? await receipts.of(id) : [];
      const viewers = viewReceipts(rows).map(({ phone, lid, deliveredAt, readAt, playedAt }) => ({
        phone,
        lid,
        deliveredAt,
        viewedAt: readAt ?? playedAt,
      }));
      const last = '9';
      viewers.sort((one, other) => ((one.viewedAt ?? last) < (other.viewedAt ?? last) ? -1 : 1));
      return { ...status, viewers, reactions: viewReactions(await statuses.reactions(id)) };
    },

    /** Its author is told, as far as the privacy settings of the number allow it. Asking twice asks once. */
    async see(scope: ProfileScope, id: string): Promise<StatusView> {
      const { waMessageId, fromMe, senderPhone: phone, senderLid: lid, timestamp, deletedAt } = await find(scope, id);
      if (deletedAt) throw new CodedError('status_not_found');
      if (fromMe) throw new CodedError('state_conflict', { detail: 'The profile posted it itself.' });
      const message = { waMessageId, fromMe, sender: { phone, lid }, timestamp: timestamp.toISOString() };
      const action = { do: 'read' as const, messages: [message], unmark: false, last: null };
      if (await statuses.see(scope, id, action)) void commands.handOn(scope.profileId);
      return show(scope, id);
    },

    /** Kept when this resolves: it goes to whoever posted the status, and to nobody else. */
    async react(scope: ProfileScope, id: string, input: ReactToStatus, idempotency?: Idempotency) {
      const { emoji, ignoreOptOut = false } = input;
      const compose = async () => {
        const row = await find(scope, id);
        if (row.deletedAt) throw new CodedError('status_not_found');
        const author = authorOf(row);
        if (!author)
          throw new CodedError('state_conflict', { detail: 'Only the status of a known person has reactions.' });
        const refusal = ignoreOptOut ? null : await optOutRefusal(scope.workspaceId, author.chat);
        if (refusal) throw refusal;
        const target = { messageId: id, waMessageId: row.waMessageId, fromMe: false, sender: author.sender };
        return {
          chat: statusChat,
          content: { type: 'REACTION' as const, target, emoji, status: { audience: [author.chat] } },
        };
      };
      return acceptSend(scope, compose, { ignoreOptOut: true }, idempotency);
    },

    /** Takes one back: before it was posted it is cancelled, after that everybody who has it is told. Asking twice asks once. */
    async remove(scope: ProfileScope, id: string): Promise<StatusView> {
      const row = await find(scope, id);
      if (!row.fromMe) throw new CodedError('message_not_deletable', { detail: 'Another person posted it.' });
      if (row.deletedAt || row.status === 'CANCELLED' || row.status === 'FAILED') return show(scope, id);
      if (await messages.cancelWaiting(scope, id, newId())) {
        bus.nudge(subjects.nudge.outbox);
        return show(scope, id);
      }
      const { waMessageId } = row;
      const { status } = row.content as { status?: StatusPart };
      const target = { messageId: id, waMessageId, fromMe: true, sender: null };
      const content = { type: 'DELETE' as const, target, ...(status && { status: { audience: status.audience } }) };
      await acceptSend(scope, async () => ({ chat: statusChat, content }), { ignoreOptOut: true });
      return show(scope, id);
    },
  };
}
export type Statuses = ReturnType<typeof makeStatuses>;

/** Who posted a status of somebody else, and where they are reached; undefined for one’s own and for nobody known. */
function authorOf({ fromMe, senderPhone: phone, senderLid: lid }: Message) {
  const [chat] = chatsOfNames({ phones: phone === null ? [] : [phone], lid });
  return fromMe || chat === undefined ? undefined : { chat, sender: { phone, lid } };
}
