import { subgroupsSchema } from '@multiwa/contracts';
import { describe, noContent } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { GroupsUseCases } from '../../use-cases/groups.js';
import type { App } from '../route-types.js';
import { groupParams, groupProblems, subgroupParams } from './params.js';

const listing = describe({
  tag: 'Groups',
  summary: 'List the groups of a community',
  params: groupParams,
  answers: { 200: subgroupsSchema },
  problems: groupProblems,
});

const linking = describe({
  tag: 'Groups',
  summary: 'Put a group into a community',
  description: 'Its participants become the community’s.',
  params: subgroupParams,
  answers: { 204: noContent },
  problems: groupProblems,
});

const unlinking = describe({
  tag: 'Groups',
  summary: 'Take a group out of its community',
  params: subgroupParams,
  answers: { 204: noContent },
  problems: groupProblems,
});

export function subgroupRoutes(app: App, groups: GroupsUseCases): void {
  const path = '/profiles/:profileId/groups/:groupId/subgroups';
  const config = { scope: 'messages:write' } as const;
  app.get(path, { schema: listing, config: { scope: 'messages:read' } }, (request) =>
    groups.subgroups(scopeOf(request), request.params.groupId),
  );
  app.put(`${path}/:subgroupId`, { schema: linking, config }, async (request, reply) => {
    await groups.link(scopeOf(request), request.params.groupId, request.params.subgroupId, true);
    return reply.code(204).send();
  });
  app.delete(`${path}/:subgroupId`, { schema: unlinking, config }, async (request, reply) => {
    await groups.link(scopeOf(request), request.params.groupId, request.params.subgroupId, false);
    return reply.code(204).send();
  });
}
