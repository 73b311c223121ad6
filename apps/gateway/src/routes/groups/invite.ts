import { followInviteSchema, groupInviteSchema, groupPreviewSchema, joinedGroupSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { GroupsUseCases } from '../../use-cases/groups.js';
import { type App, profileParams } from '../route-types.js';
import { askProblems, groupParams, groupProblems } from './params.js';

const reading = describe({
  tag: 'Groups',
  summary: 'Get the invite link of a group',
  params: groupParams,
  answers: { 200: groupInviteSchema },
  problems: groupProblems,
});

const renewing = describe({
  tag: 'Groups',
  summary: 'Replace the invite link of a group',
  description: 'The old link leads nowhere from now on.',
  params: groupParams,
  answers: { 200: groupInviteSchema },
  problems: groupProblems,
});

const previewing = describe({
  tag: 'Groups',
  summary: 'See what an invite link leads to',
  params: profileParams,
  body: followInviteSchema,
  answers: { 200: groupPreviewSchema },
  problems: [...askProblems, 'group_invite_invalid'],
});

const joining = describe({
  tag: 'Groups',
  summary: 'Join a group by an invite link',
  description: 'joined is false where an admin has to agree first; then the group is announced once one has.',
  params: profileParams,
  body: followInviteSchema,
  answers: { 200: joinedGroupSchema },
  problems: [...askProblems, 'group_invite_invalid', 'already_group_member', 'group_change_refused'],
});

export function groupInviteRoutes(app: App, groups: GroupsUseCases): void {
  const config = { scope: 'messages:write' } as const;
  app.get('/profiles/:profileId/groups/:groupId/invite', { schema: reading, config }, (request) =>
    groups.invite(scopeOf(request), request.params.groupId, false),
  );
  app.post('/profiles/:profileId/groups/:groupId/invite/renew', { schema: renewing, config }, (request) =>
    groups.invite(scopeOf(request), request.params.groupId, true),
  );
  app.post(
    '/profiles/:profileId/groups/preview',
    { schema: previewing, config: { scope: 'messages:read' } },
    (request) => groups.preview(scopeOf(request), request.body.invite),
  );
  app.post('/profiles/:profileId/groups/join', { schema: joining, config }, (request) =>
    groups.join(scopeOf(request), request.body.invite),
  );
}
