import { capabilitiesSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Profiles } from '../../use-cases/profiles.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'What the engine of a profile can do',
  description: 'What is not supported is refused with `not_supported_by_engine`; the hint says what to use instead.',
  params: profileParams,
  answers: { 200: capabilitiesSchema },
  problems: ['profile_not_found'],
});

export function capabilitiesRoute(app: App, profiles: Profiles): void {
  app.get('/profiles/:profileId/capabilities', { schema, config: { scope: 'profiles:read' } }, (request) =>
    profiles.capabilities(callerOf(request), request.params.profileId),
  );
}
