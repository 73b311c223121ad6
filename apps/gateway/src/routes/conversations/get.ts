import { conversationSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Conversations } from '../../use-cases/conversations.js';
import { type App, profileChild } from '../route-types.js';

const schema = describe({
  tag: 'Conversations',
  summary: 'Get a conversation',
  params: profileChild('conversationId'),
  answers: { 200: conversationSchema },
  problems: ['profile_not_found', 'conversation_not_found'],
});

export function getConversationRoute(app: App, conversations: Conversations): void {
  const config = { scope: 'messages:read' } as const;
  app.get('/profiles/:profileId/conversations/:conversationId', { schema, config }, (request) =>
    conversations.get(scopeOf(request), request.params.conversationId),
  );
}
