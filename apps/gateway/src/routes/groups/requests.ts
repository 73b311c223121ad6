import { decideRequestsSchema, joinRequestsSchema, memberResultsSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { GroupsUseCases } from '../../use-cases/groups.js';
import type { App } from '../route-types.js';
import { groupParams, groupProblems } from './params.js';

const listing = describe({
  tag: 'Groups',
  summary: 'List requests to join a group',
  params: groupParams,
  answers: { 200: joinRequestsSchema },
  problems: groupProblems,
});

const deciding = describe({
  tag: 'Groups',
  summary: 'Decide on requests to join a group',
  description: 'Lets people in who asked, or sends them away; the answer says what became of each.',
  params: groupParams,
  body: decideRequestsSchema,
  answers: { 200: memberResultsSchema },
  problems: [...groupProblems, 'recipient_invalid'],
});

export function groupRequestRoutes(app: App, groups: GroupsUseCases): void {
  const path = '/profiles/:profileId/groups/:groupId/requests';
  app.get(path, { schema: listing, config: { scope: 'messages:read' } }, (request) =>
    groups.requests(scopeOf(request), request.params.groupId),
  );
  app.post(path, { schema: deciding, config: { scope: 'messages:write' } }, (request) =>
    groups.decide(scopeOf(request), request.params.groupId, request.body),
  );
}
