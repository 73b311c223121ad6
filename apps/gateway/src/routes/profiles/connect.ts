import { profileSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Profiles } from '../../use-cases/profiles.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'Connect a profile',
  description:
    'A worker opens the session within seconds. A profile that is not linked yet gets status QR_READY: get the QR code or a pairing code then. Follow profile.status and profile.qr events.',
  params: profileParams,
  answers: { 202: profileSchema },
  problems: ['profile_not_found'],
});

export function connectProfileRoute(app: App, profiles: Profiles): void {
  const config = { scope: 'profiles:write' } as const;
  app.post('/profiles/:profileId/connect', { schema, config }, async (request, reply) => {
    const profile = await profiles.want(callerOf(request), request.params.profileId, 'CONNECTED');
    return reply.code(202).send(profile);
  });
}
