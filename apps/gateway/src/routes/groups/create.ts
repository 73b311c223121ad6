import { createdGroupSchema, createGroupSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { GroupsUseCases } from '../../use-cases/groups.js';
import { type App, profileParams } from '../route-types.js';
import { askProblems } from './params.js';

const schema = describe({
  tag: 'Groups',
  summary: 'Create a group or a community',
  description:
    'WhatsApp makes it at once, with those who can be added; results says what became of each. Somebody whom privacy keeps out can be sent the invite link.',
  params: profileParams,
  body: createGroupSchema,
  answers: { 201: createdGroupSchema },
  problems: [...askProblems, 'recipient_invalid', 'group_not_found', 'group_admin_required', 'group_change_refused'],
  idempotent: true,
});

export function createGroupRoute(app: App, groups: GroupsUseCases): void {
  const config = { scope: 'messages:write', idempotent: 'plain' } as const;
  app.post('/profiles/:profileId/groups', { schema, config }, async (request, reply) =>
    reply.code(201).send(await groups.create(scopeOf(request), request.body)),
  );
}
