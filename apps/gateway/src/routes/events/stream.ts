import { idSchema, streamEventsQuerySchema } from '@multiwa/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { describe, eventStream } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { EventStreams, EventsWanted } from '../../sse/event-streams.js';
import type { App } from '../route-types.js';

const common = {
  tag: 'Events',
  description:
    'Server-sent events: id is an opaque cursor, event the type, data the envelope. A comment comes as soon as nothing more can be missed. After a break, send the last id as Last-Event-ID to get exactly what was missed. A heartbeat every 15 seconds moves the last id on. A reader that does not read is disconnected.',
  answers: { 200: { description: 'Events without end.', content: { 'text/event-stream': { schema: eventStream } } } },
  problems: ['profile_not_found', 'cursor_invalid', 'cursor_expired'],
} as const;

const schema = describe({
  ...common,
  summary: 'Follow events as they happen',
  querystring: streamEventsQuerySchema.extend({ profileId: idSchema.optional() }),
});

const ofProfile = describe({
  ...common,
  summary: 'Follow the events of a profile as they happen',
  params: z.object({ profileId: idSchema }),
  querystring: streamEventsQuerySchema,
});

const config = { scope: 'events:read', endless: true } as const;

export function streamEventsRoute(app: App, streams: EventStreams): void {
  const follow = async (request: FastifyRequest, reply: FastifyReply, wanted: EventsWanted) => {
    const header = request.headers['last-event-id'];
    const after = typeof header === 'string' && header !== '' ? header : wanted.after;
    const write = await streams.open(callerOf(request), { ...wanted, after });
    reply.hijack();
    await write(reply.raw, request.id);
  };
  app.get('/events', { schema, config }, (request, reply) => follow(request, reply, request.query));
  app.get('/profiles/:profileId/events', { schema: ofProfile, config }, (request, reply) =>
    follow(request, reply, { ...request.query, profileId: request.params.profileId }),
  );
}
