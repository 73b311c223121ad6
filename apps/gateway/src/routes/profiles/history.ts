import { historyViewSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { History } from '../../use-cases/history.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'See how far the import of the phone’s history is',
  description:
    'When a number is linked, its phone hands over what it has kept; how much of it is taken over is set by `settings.historySync`. The event `profile.history` tells each step. Imported messages have the origin HISTORY; they are not announced, count as read, and their files are fetched when `media/refetch` asks for them.',
  params: profileParams,
  answers: { 200: historyViewSchema },
  problems: ['profile_not_found'],
});

export function profileHistoryRoute(app: App, history: History): void {
  app.get('/profiles/:profileId/history', { schema, config: { scope: 'profiles:read' } }, (request) =>
    history.get(callerOf(request), request.params.profileId),
  );
}
