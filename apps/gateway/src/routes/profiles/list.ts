import { idSchema, pageOf, profileSchema, sessionStatusSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Profiles } from '../../use-cases/profiles.js';
import { type App, pageQuery } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'List profiles',
  description: 'Newest first.',
  querystring: pageQuery.extend({ accountId: idSchema.optional(), status: sessionStatusSchema.optional() }),
  answers: { 200: pageOf(profileSchema) },
  problems: ['cursor_invalid'],
});

export function listProfilesRoute(app: App, profiles: Profiles): void {
  app.get('/profiles', { schema, config: { scope: 'profiles:read' } }, (request) =>
    profiles.list(callerOf(request), request.query),
  );
}
