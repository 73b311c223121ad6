import { conversationSchema, pageOf } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Conversations } from '../../use-cases/conversations.js';
import { type App, pageQuery, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Conversations',
  summary: 'List conversations',
  description: 'The one with the newest message first.',
  params: profileParams,
  querystring: pageQuery,
  answers: { 200: pageOf(conversationSchema) },
  problems: ['profile_not_found', 'cursor_invalid'],
});

export function listConversationsRoute(app: App, conversations: Conversations): void {
  app.get('/profiles/:profileId/conversations', { schema, config: { scope: 'messages:read' } }, (request) =>
    conversations.list(scopeOf(request), request.query),
  );
}
