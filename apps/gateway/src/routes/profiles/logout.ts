import { profileSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Profiles } from '../../use-cases/profiles.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'Log a profile out',
  description: 'Unlinks the number; connecting again needs a new QR code.',
  params: profileParams,
  answers: { 202: profileSchema },
  problems: ['profile_not_found'],
});

export function logoutProfileRoute(app: App, profiles: Profiles): void {
  const config = { scope: 'profiles:write' } as const;
  app.post('/profiles/:profileId/logout', { schema, config }, async (request, reply) => {
    const profile = await profiles.want(callerOf(request), request.params.profileId, 'LOGGED_OUT');
    return reply.code(202).send(profile);
  });
}
