import { describe, noContent } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { GroupsUseCases } from '../../use-cases/groups.js';
import type { App } from '../route-types.js';
import { groupParams, groupProblems } from './params.js';

const schema = describe({
  tag: 'Groups',
  summary: 'Leave a group',
  params: groupParams,
  answers: { 204: noContent },
  problems: groupProblems,
});

export function leaveGroupRoute(app: App, groups: GroupsUseCases): void {
  const config = { scope: 'messages:write' } as const;
  app.post('/profiles/:profileId/groups/:groupId/leave', { schema, config }, async (request, reply) => {
    await groups.leave(scopeOf(request), request.params.groupId);
    return reply.code(204).send();
  });
}
