import { conversationSchema, listConversationsQuerySchema, pageOf } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Conversations } from '../../use-cases/conversations.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Conversations',
  summary: 'List conversations',
  description: 'The one with the newest message first; deleted ones come back with their next message.',
  params: profileParams,
  querystring: z.strictObject(listConversationsQuerySchema.shape),
  answers: { 200: pageOf(conversationSchema) },
  problems: ['profile_not_found', 'cursor_invalid'],
});

export function listConversationsRoute(app: App, conversations: Conversations): void {
  app.get('/profiles/:profileId/conversations', { schema, config: { scope: 'messages:read' } }, (request) =>
    conversations.list(scopeOf(request), request.query),
  );
}
