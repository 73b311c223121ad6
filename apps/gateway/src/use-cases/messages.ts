import type { Bus } from '@multiwa/bus';
import { CodedError, type listMessagesQuerySchema, type searchMessagesQuerySchema, subjects } from '@multiwa/contracts';
import type { Message, MessageSearch, MessagesRepository, ProfileScope, ReceiptsRepository } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { viewMessageDetail } from '../views/message-detail.js';
import { viewReceipts } from '../views/receipt-views.js';
import { viewMessage } from '../views/views.js';
import type { ResolveChat } from './addressing.js';
import type { KnownProfiles } from './known-profile.js';
import { readPage } from './page.js';

export interface MessagesDeps {
  messages: MessagesRepository;
  receipts: ReceiptsRepository;
  search(search: MessageSearch): Promise<Message[]>;
  knownProfiles: KnownProfiles;
  resolveChat: ResolveChat;
  bus: Pick<Bus, 'nudge'>;
}

type SearchQuery = z.output<typeof searchMessagesQuerySchema>;

export function makeMessages({ messages, receipts, search, knownProfiles, resolveChat, bus }: MessagesDeps) {
  const searchIn = (within: { workspaceId: string; profileId?: string }, query: SearchQuery) =>
    readPage('found-messages', query, (page) => search({ ...page, ...within, words: query.q }), viewMessage);

  return {
    async list(scope: ProfileScope, query: z.output<typeof listMessagesQuerySchema>) {
      await knownProfiles.require(scope);
      const { to, fromMe, status, type } = query;
      const chat = to === undefined ? undefined : await resolveChat(scope, to, '#/query/to');
      const filter = { chat, status, type, fromMe: fromMe === undefined ? undefined : fromMe === 'true' };
      return readPage('messages', query, (page) => messages.list(scope, { ...page, ...filter }), viewMessage);
    },

    async get(scope: ProfileScope, id: string) {
      await knownProfiles.require(scope);
      const message = await messages.findWithStory(scope, id);
      if (!message) throw new CodedError('message_not_found');
      const view = viewMessageDetail(message);
      if (!message.fromMe || !message.chat.endsWith('@g.us')) return view;
      return { ...view, receipts: viewReceipts(await receipts.of(message.id)) };
    },

    async searchProfile(scope: ProfileScope, query: SearchQuery) {
      await knownProfiles.require(scope);
      return searchIn(scope, query);
    },

    search: ({ workspaceId }: Pick<Caller, 'workspaceId'>, query: SearchQuery) => searchIn({ workspaceId }, query),

    /**
     * Takes back what no engine has begun to send. The row decides, whoever owns the session: an engine begins a send by
     * a write to the same row, so that one of the two comes first.
     */
    async cancel(scope: ProfileScope, id: string) {
      await knownProfiles.require(scope);
      const cancelled = await messages.cancelWaiting(scope, id, newId());
      if (cancelled) {
        bus.nudge(subjects.nudge.outbox);
        return viewMessage(cancelled);
      }
      const message = await messages.find(scope, id);
      if (!message) throw new CodedError('message_not_found');
      // Asking twice asks once.
      if (message.status === 'CANCELLED') return viewMessage(message);
      throw new CodedError('message_not_cancellable', {
        detail: message.status === 'QUEUED' ? 'Its send has begun.' : `The message is ${message.status}.`,
      });
    },
  };
}
export type Messages = ReturnType<typeof makeMessages>;
