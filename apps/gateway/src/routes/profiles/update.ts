import { profileSchema, updateProfileSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Profiles } from '../../use-cases/profiles.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'Change a profile',
  description: 'Only the given fields change; null clears one. Network and engine are fixed.',
  params: profileParams,
  body: updateProfileSchema,
  answers: { 200: profileSchema },
  problems: ['profile_not_found', 'account_not_found'],
});

export function updateProfileRoute(app: App, profiles: Profiles): void {
  app.patch('/profiles/:profileId', { schema, config: { scope: 'profiles:write' } }, (request) =>
    profiles.update(callerOf(request), request.params.profileId, request.body),
  );
}
