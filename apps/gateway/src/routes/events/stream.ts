import { idSchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe, eventStream } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { EventStreams } from '../../sse/event-streams.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Events',
  summary: 'Follow events as they happen',
  description:
    'Server-sent events: id is an opaque cursor, event the type, data the envelope. A comment comes as soon as nothing more can be missed. After a break, send the last id as Last-Event-ID to get exactly what was missed.',
  querystring: z.strictObject({ profileId: idSchema.optional() }),
  answers: { 200: { description: 'Events without end.', content: { 'text/event-stream': { schema: eventStream } } } },
  problems: ['profile_not_found', 'cursor_invalid', 'cursor_expired'],
});

export function streamEventsRoute(app: App, streams: EventStreams): void {
  app.get('/events', { schema, config: { scope: 'events:read', endless: true } }, async (request, reply) => {
    const lastEventId = request.headers['last-event-id'];
    const follow = await streams.open(callerOf(request), {
      profileId: request.query.profileId,
      lastEventId: typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : undefined,
    });
    reply.hijack();
    await follow(reply.raw, request.id);
  });
}
