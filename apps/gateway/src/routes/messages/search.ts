import { messageSchema, pageOf, searchMessagesQuerySchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { callerOf, scopeOf } from '../../http/request-context.js';
import type { Messages } from '../../use-cases/messages.js';
import { type App, profileParams } from '../route-types.js';

const search = {
  tag: 'Messages',
  description: 'Sent and received ones whose text, caption or name of a file holds all the words, newest first.',
  querystring: z.strictObject(searchMessagesQuerySchema.shape),
  answers: { 200: pageOf(messageSchema) },
} as const;
const ofProfile = describe({
  ...search,
  summary: 'Search the messages of a profile',
  params: profileParams,
  problems: ['profile_not_found', 'cursor_invalid'],
});
const ofWorkspace = describe({ ...search, summary: 'Search all messages', problems: ['cursor_invalid'] });

/** Within a profile, and within the workspace. */
export function searchMessagesRoutes(app: App, messages: Messages): void {
  const config = { scope: 'messages:read' } as const;
  app.get('/profiles/:profileId/messages/search', { schema: ofProfile, config }, (request) =>
    messages.searchProfile(scopeOf(request), request.query),
  );
  app.get('/messages/search', { schema: ofWorkspace, config }, (request) =>
    messages.search(callerOf(request), request.query),
  );
}
