import { groupWithParticipantsSchema, updateGroupSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { GroupsUseCases } from '../../use-cases/groups.js';
import type { App } from '../route-types.js';
import { groupParams, groupProblems } from './params.js';

const schema = describe({
  tag: 'Groups',
  summary: 'Update a group',
  description:
    'Subject, description (null removes it) and settings. Each is a change of its own at WhatsApp: when one is refused, those before it are done.',
  params: groupParams,
  body: updateGroupSchema,
  answers: { 200: groupWithParticipantsSchema },
  problems: groupProblems,
});

export function updateGroupRoute(app: App, groups: GroupsUseCases): void {
  app.patch('/profiles/:profileId/groups/:groupId', { schema, config: { scope: 'messages:write' } }, (request) =>
    groups.update(scopeOf(request), request.params.groupId, request.body),
  );
}
