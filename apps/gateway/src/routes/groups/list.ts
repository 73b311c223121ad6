import { groupSchema, listGroupsQuerySchema, pageOf, refreshedGroupsSchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { GroupsUseCases } from '../../use-cases/groups.js';
import { type App, profileParams } from '../route-types.js';
import { askProblems } from './params.js';

const listing = describe({
  tag: 'Groups',
  summary: 'List groups',
  description: 'What is known of the groups that the number is in, newest first; kept up by what WhatsApp tells.',
  params: profileParams,
  querystring: z.strictObject(listGroupsQuerySchema.shape),
  answers: { 200: pageOf(groupSchema) },
  problems: ['profile_not_found', 'cursor_invalid'],
});

const refreshing = describe({
  tag: 'Groups',
  summary: 'Refresh all groups',
  description:
    'Asks WhatsApp for all groups of the number. Needed only when the list is doubted: it costs WhatsApp’s patience.',
  params: profileParams,
  answers: { 200: refreshedGroupsSchema },
  problems: askProblems,
});

export function listGroupsRoutes(app: App, groups: GroupsUseCases): void {
  app.get('/profiles/:profileId/groups', { schema: listing, config: { scope: 'messages:read' } }, (request) =>
    groups.list(scopeOf(request), request.query),
  );
  const config = { scope: 'messages:write' } as const;
  app.post('/profiles/:profileId/groups/refresh', { schema: refreshing, config }, (request) =>
    groups.refresh(scopeOf(request)),
  );
}
