import { sessionViewSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Sessions } from '../../use-cases/sessions.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'See how a profile’s session is doing',
  description:
    'Who holds it and since when, what waits to be sent, and what its owner says of it right now. live is null when no worker holds the session, or when it does not answer within two seconds.',
  params: profileParams,
  answers: { 200: sessionViewSchema },
  problems: ['profile_not_found'],
});

export function profileSessionRoute(app: App, sessions: Sessions): void {
  app.get('/profiles/:profileId/session', { schema, config: { scope: 'profiles:read' } }, (request) =>
    sessions.get(callerOf(request), request.params.profileId),
  );
}
