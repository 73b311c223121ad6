import { profileSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Profiles } from '../../use-cases/profiles.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'Get a profile',
  params: profileParams,
  answers: { 200: profileSchema },
  problems: ['profile_not_found'],
});

export function getProfileRoute(app: App, profiles: Profiles): void {
  app.get('/profiles/:profileId', { schema, config: { scope: 'profiles:read' } }, (request) =>
    profiles.get(callerOf(request), request.params.profileId),
  );
}
