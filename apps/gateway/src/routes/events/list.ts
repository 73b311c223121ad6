import { eventPageSchema, idSchema, listEventsQuerySchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { EventStreams } from '../../sse/event-streams.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Events',
  summary: 'Read events page by page',
  description:
    'The log that GET /events streams, with the same cursors, for those who poll. It answers at once; an empty page means that there is nothing more yet.',
  querystring: listEventsQuerySchema.extend({ profileId: idSchema.optional() }),
  answers: { 200: eventPageSchema },
  problems: ['profile_not_found', 'cursor_invalid', 'cursor_expired'],
});

export function listEventsRoute(app: App, streams: EventStreams): void {
  app.get('/events/log', { schema, config: { scope: 'events:read' } }, (request) =>
    streams.page(callerOf(request), request.query),
  );
}
