import { listMessagesQuerySchema, messageSchema, pageOf } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Messages } from '../../use-cases/messages.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Messages',
  summary: 'List messages',
  description: 'Sent and received ones, newest first.',
  params: profileParams,
  querystring: z.strictObject(listMessagesQuerySchema.shape),
  answers: { 200: pageOf(messageSchema) },
  problems: ['profile_not_found', 'cursor_invalid', 'recipient_invalid'],
});

export function listMessagesRoute(app: App, messages: Messages): void {
  app.get('/profiles/:profileId/messages', { schema, config: { scope: 'messages:read' } }, (request) =>
    messages.list(scopeOf(request), request.query),
  );
}
