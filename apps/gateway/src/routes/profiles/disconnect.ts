import { profileSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Profiles } from '../../use-cases/profiles.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'Disconnect a profile',
  description: 'Closes the session and keeps the link: connecting again needs no QR code. Messages wait meanwhile.',
  params: profileParams,
  answers: { 202: profileSchema },
  problems: ['profile_not_found'],
});

export function disconnectProfileRoute(app: App, profiles: Profiles): void {
  const config = { scope: 'profiles:write' } as const;
  app.post('/profiles/:profileId/disconnect', { schema, config }, async (request, reply) => {
    const profile = await profiles.want(callerOf(request), request.params.profileId, 'DISCONNECTED');
    return reply.code(202).send(profile);
  });
}
