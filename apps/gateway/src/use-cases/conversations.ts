import { CodedError } from '@multiwa/contracts';
import type { ConversationsRepository, MessagesRepository, ProfileScope } from '@multiwa/db';
import { viewConversation, viewMessage } from '../views/views.js';
import type { KnownProfiles } from './known-profile.js';
import { type PageQuery, readPage, readPageBy } from './page.js';

export interface ConversationsDeps {
  conversations: ConversationsRepository;
  messages: Pick<MessagesRepository, 'list'>;
  knownProfiles: KnownProfiles;
}

export function makeConversations({ conversations, messages, knownProfiles }: ConversationsDeps) {
  async function find(scope: ProfileScope, id: string) {
    await knownProfiles.require(scope);
    const conversation = await conversations.find(scope, id);
    if (!conversation) throw new CodedError('conversation_not_found');
    return conversation;
  }

  return {
    async list(scope: ProfileScope, query: PageQuery) {
      await knownProfiles.require(scope);
      return readPageBy(
        'conversations',
        query,
        (page) => conversations.list(scope, page),
        viewConversation,
        ({ id, lastMessageAt }) => ({ at: lastMessageAt, id }),
      );
    },

    async get(scope: ProfileScope, id: string) {
      return viewConversation(await find(scope, id));
    },

    async messages(scope: ProfileScope, id: string, query: PageQuery) {
      const { chat } = await find(scope, id);
      return readPage('messages', query, (page) => messages.list(scope, { ...page, chat }), viewMessage);
    },
  };
}
export type Conversations = ReturnType<typeof makeConversations>;
