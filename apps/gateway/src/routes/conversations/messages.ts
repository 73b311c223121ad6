import { messageSchema, pageOf } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Conversations } from '../../use-cases/conversations.js';
import { type App, pageQuery, profileChild } from '../route-types.js';

const schema = describe({
  tag: 'Conversations',
  summary: 'List the messages of a conversation',
  description: 'Newest first.',
  params: profileChild('conversationId'),
  querystring: pageQuery,
  answers: { 200: pageOf(messageSchema) },
  problems: ['profile_not_found', 'conversation_not_found', 'cursor_invalid'],
});

export function conversationMessagesRoute(app: App, conversations: Conversations): void {
  const config = { scope: 'messages:read' } as const;
  app.get('/profiles/:profileId/conversations/:conversationId/messages', { schema, config }, (request) =>
    conversations.messages(scopeOf(request), request.params.conversationId, request.query),
  );
}
