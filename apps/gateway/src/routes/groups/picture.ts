import { changeGroupPictureSchema, groupPictureSchema } from '@multiwa/contracts';
import { describe, noContent } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { GroupsUseCases } from '../../use-cases/groups.js';
import type { App } from '../route-types.js';
import { groupParams, groupProblems } from './params.js';

const common = { tag: 'Groups', params: groupParams } as const;
const get = describe({
  ...common,
  summary: 'Get the picture of a group',
  description: 'Where it lies at WhatsApp, asked of WhatsApp.',
  answers: { 200: groupPictureSchema },
  problems: groupProblems,
});
const set = describe({
  ...common,
  summary: 'Give a group another picture',
  body: changeGroupPictureSchema,
  answers: { 204: noContent },
  problems: [...groupProblems, 'picture_invalid'],
});
const remove = describe({
  ...common,
  summary: 'Remove the picture of a group',
  answers: { 204: noContent },
  problems: groupProblems,
});

export function groupPictureRoutes(app: App, groups: GroupsUseCases): void {
  const url = '/profiles/:profileId/groups/:groupId/picture';
  const config = { scope: 'messages:write' } as const;
  app.get(url, { schema: get, config: { scope: 'messages:read' } }, (request) =>
    groups.picture(scopeOf(request), request.params.groupId),
  );
  app.put(url, { schema: set, config }, async (request, reply) => {
    await groups.changePicture(scopeOf(request), request.params.groupId, request.body);
    return reply.code(204).send();
  });
  app.delete(url, { schema: remove, config }, async (request, reply) => {
    await groups.changePicture(scopeOf(request), request.params.groupId, null);
    return reply.code(204).send();
  });
}
