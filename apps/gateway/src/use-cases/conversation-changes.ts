import type { Bus } from '@multiwa/bus';
import {
  type ChatMessage,
  CodedError,
  type readConversationSchema,
  subjects,
  type updateConversationSchema,
} from '@multiwa/contracts';
import {
  type ChatMark,
  type ConversationDecision,
  type ConversationState,
  type ConversationsRepository,
  changeConversationRow,
  type Database,
  lastOfChat,
  lastReceived,
  type ProfileScope,
} from '@multiwa/db';
import {
  type ConversationWish,
  changeConversation,
  chatActionsOf,
  conversationEvents,
  newId,
  newWaMessageId,
} from '@multiwa/domain';
import type { z } from 'zod';
import type { ChatCommands } from '../accept/chat-commands.js';
import { limits } from '../limits.js';
import { validationFailed } from '../validation-failed.js';
import { viewOne } from '../views/view-one.js';
import { viewConversation } from '../views/views.js';
import type { KnownProfiles } from './known-profile.js';
import type { WithPeers } from './peers.js';

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface ConversationChangesDeps {
  database: Pick<Database, 'transaction'>;
  conversations: Pick<ConversationsRepository, 'isMember'>;
  knownProfiles: KnownProfiles;
  commands: Pick<ChatCommands, 'handOn'>;
  bus: Pick<Bus, 'nudge'>;
  withPeers: WithPeers;
  now(): Date;
}

/**
 * What customers do to a conversation. Kept with its event, and with what WhatsApp is to be told, in one transaction: from
 * then on WhatsApp hears of it whenever the profile has a session, whichever process dies.
 */
export function makeConversationChanges(deps: ConversationChangesDeps) {
  const { database, conversations, knownProfiles, commands, bus, withPeers, now } = deps;

  async function change(
    scope: ProfileScope,
    id: string,
    wishOf: (tx: Transaction, row: ConversationState) => Promise<{ wish: ConversationWish; read?: ChatMark[] } | null>,
  ) {
    await knownProfiles.require(scope);
    const changed = await changeConversationRow(database, scope, id, async (tx, row) => {
      const wanted = await wishOf(tx, row);
      return wanted && decide(tx, scope, row, wanted.wish, wanted.read ?? []);
    });
    if (!changed) throw new CodedError('conversation_not_found');
    if (changed.events.length > 0) bus.nudge(subjects.nudge.outbox);
    if (changed.told) void commands.handOn(scope.profileId);
    return viewOne(await withPeers([changed.row]), viewConversation);
  }

  async function decide(
    tx: Transaction,
    scope: ProfileScope,
    row: ConversationState,
    wish: ConversationWish,
    read: readonly ChatMark[],
  ): Promise<ConversationDecision | null> {
    const made = changeConversation(row, wish, now());
    if (made.changed.length === 0) return null;
    const last = await lastOfChat(tx, scope.profileId, row.chat);
    const marks = { last: last && markOf(last), unread: read.map(markOf), newWaMessageId };
    const { id: conversationId, chat, contactId } = row;
    const [{ peer = null } = {}] = await withPeers([row]);
    const owner = { ...scope, conversationId, chat, contactId, peer, by: 'API' as const };
    return {
      after: { ...row, ...made.after },
      commands: chatActionsOf(made, marks).map((action) => ({ id: newId(), action })),
      events: conversationEvents(owner, made, newId),
    };
  }

  async function readWish(
    tx: Transaction,
    { profileId }: ProfileScope,
    row: ConversationState,
    upToMessageId: string | undefined,
  ) {
    const { chat, unreadCount } = row;
    const unread = await lastReceived(tx, profileId, chat, Math.min(unreadCount, limits.readAtOnce));
    if (upToMessageId === undefined) return { wish: { unreadCount: 0, markedUnread: false }, read: unread };
    const index = unread.findIndex(({ id }) => id === upToMessageId);
    if (index >= 0) return { wish: { unreadCount: index, markedUnread: false }, read: unread.slice(index) };
    return { wish: { markedUnread: false } };
  }

  return {
    async update(scope: ProfileScope, id: string, input: z.output<typeof updateConversationSchema>) {
      const { mutedUntil, assigneeId, ...rest } = input;
      const until = typeof mutedUntil === 'string' ? new Date(mutedUntil) : mutedUntil;
      if (until && until <= now()) refuse('mutedUntil', 'must lie in the future');
      if (assigneeId && !(await conversations.isMember(scope.workspaceId, assigneeId))) {
        refuse('assigneeId', 'must be a user of this workspace');
      }
      return change(scope, id, async () => ({ wish: { ...rest, mutedUntil: until, assigneeId } }));
    },

    /** Their senders are told that the messages were read, as far as the privacy settings of the number allow it. */
    read(scope: ProfileScope, id: string, { upToMessageId }: z.output<typeof readConversationSchema>) {
      return change(scope, id, (tx, row) => readWish(tx, scope, row, upToMessageId));
    },

    unread: (scope: ProfileScope, id: string) => change(scope, id, async () => ({ wish: { markedUnread: true } })),

    clear: (scope: ProfileScope, id: string) => change(scope, id, async () => ({ wish: { clear: true } })),

    async delete(scope: ProfileScope, id: string): Promise<void> {
      await change(scope, id, async () => ({ wish: { delete: true } }));
    },
  };
}
export type ConversationChanges = ReturnType<typeof makeConversationChanges>;

function refuse(field: string, message: string): never {
  throw validationFailed([{ pointer: `#/${field}`, code: 'invalid_value', message }]);
}

function markOf({ waMessageId, fromMe, senderPhone, senderLid, timestamp }: ChatMark): ChatMessage {
  const sender = senderPhone === null && senderLid === null ? null : { phone: senderPhone, lid: senderLid };
  return { waMessageId, fromMe, sender, timestamp: timestamp.toISOString() };
}
