import { getGroupQuerySchema, groupWithParticipantsSchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { GroupsUseCases } from '../../use-cases/groups.js';
import type { App } from '../route-types.js';
import { groupParams, groupProblems } from './params.js';

const schema = describe({
  tag: 'Groups',
  summary: 'Get a group',
  description: 'With its participants. What is known of it, or with fresh=true what WhatsApp says now.',
  params: groupParams,
  querystring: z.strictObject(getGroupQuerySchema.shape),
  answers: { 200: groupWithParticipantsSchema },
  problems: groupProblems,
});

export function getGroupRoute(app: App, groups: GroupsUseCases): void {
  app.get('/profiles/:profileId/groups/:groupId', { schema, config: { scope: 'messages:read' } }, (request) =>
    groups.get(scopeOf(request), request.params.groupId, request.query.fresh === 'true'),
  );
}
