import { describe, noContent } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Profiles } from '../../use-cases/profiles.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'Delete a profile',
  description: 'Logs the number out. Messages that still waited end FAILED with the code profile_deleted.',
  params: profileParams,
  answers: { 204: noContent },
  problems: ['profile_not_found'],
});

export function deleteProfileRoute(app: App, profiles: Profiles): void {
  app.delete('/profiles/:profileId', { schema, config: { scope: 'profiles:write' } }, async (request, reply) => {
    await profiles.delete(callerOf(request), request.params.profileId);
    return reply.code(204).send();
  });
}
