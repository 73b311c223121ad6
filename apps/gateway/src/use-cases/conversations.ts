import { CodedError, type listConversationsQuerySchema } from '@multiwa/contracts';
import type { ConversationFilter, ConversationsRepository, MessagesRepository, ProfileScope } from '@multiwa/db';
import type { z } from 'zod';
import { viewOne } from '../views/view-one.js';
import { viewConversation, viewMessage } from '../views/views.js';
import type { KnownProfiles } from './known-profile.js';
import { type PageQuery, readPage, readPageBy } from './page.js';
import type { WithPeers } from './peers.js';

export interface ConversationsDeps {
  conversations: ConversationsRepository;
  messages: Pick<MessagesRepository, 'list'>;
  knownProfiles: KnownProfiles;
  withPeers: WithPeers;
}

export function makeConversations({ conversations, messages, knownProfiles, withPeers }: ConversationsDeps) {
  async function find(scope: ProfileScope, id: string) {
    await knownProfiles.require(scope);
    const conversation = await conversations.find(scope, id);
    if (!conversation) throw new CodedError('conversation_not_found');
    return conversation;
  }

  return {
    async list(scope: ProfileScope, query: z.output<typeof listConversationsQuerySchema>) {
      await knownProfiles.require(scope);
      const filter = filterOf(query);
      return readPageBy(
        'conversations',
        query,
        async (page) => withPeers(await conversations.list(scope, { ...page, ...filter })),
        viewConversation,
        ({ id, lastMessageAt }) => ({ at: lastMessageAt, id }),
      );
    },

    async get(scope: ProfileScope, id: string) {
      return viewOne(await withPeers([await find(scope, id)]), viewConversation);
    },

    async messages(scope: ProfileScope, id: string, query: PageQuery) {
      const { chat, clearedAt: since } = await find(scope, id);
      return readPage('messages', query, (page) => messages.list(scope, { ...page, chat, since }), viewMessage);
    },
  };
}

function filterOf(query: z.output<typeof listConversationsQuerySchema>): ConversationFilter {
  const { unread, archived, muted, pinned, label, assigneeId, contactId } = query;
  const flag = (value: 'true' | 'false' | undefined) => (value === undefined ? undefined : value === 'true');
  return {
    unread: flag(unread),
    archived: flag(archived),
    muted: flag(muted),
    pinned: flag(pinned),
    label,
    assigneeId: assigneeId === 'none' ? null : assigneeId,
    contactId,
  };
}
export type Conversations = ReturnType<typeof makeConversations>;
