import { changeParticipantsSchema, memberResultsSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { GroupsUseCases } from '../../use-cases/groups.js';
import type { App } from '../route-types.js';
import { groupParams, groupProblems } from './params.js';

const schema = describe({
  tag: 'Groups',
  summary: 'Change the participants of a group',
  description:
    'Adds, removes, promotes or demotes people; the answer says what became of each. Doing it again is harmless.',
  params: groupParams,
  body: changeParticipantsSchema,
  answers: { 200: memberResultsSchema },
  problems: [...groupProblems, 'recipient_invalid'],
});

export function changeParticipantsRoute(app: App, groups: GroupsUseCases): void {
  const config = { scope: 'messages:write' } as const;
  app.post('/profiles/:profileId/groups/:groupId/participants', { schema, config }, (request) =>
    groups.changeParticipants(scopeOf(request), request.params.groupId, request.body),
  );
}
