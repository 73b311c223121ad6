import type { z } from 'zod';
import { exampleEnvelope } from '../bus/event-examples.js';
import { type EventType, eventEnvelopeSchema, events, eventTypes } from '../bus/events.js';
import { eventsStream } from '../bus/streams.js';
import { type JsonSchema, readerSchema } from './event-schemas.js';
import { duration } from './markdown.js';

/** docs/asyncapi.json: the events for subscribers of NATS, as an AsyncAPI 3 document. */
export function renderAsyncApi(): string {
  return `${JSON.stringify(asyncApi(), null, 2)}\n`;
}

/** The AsyncAPI 3 document of the catalog. */
export function asyncApi(): Record<string, unknown> {
  const refs = eventTypes.map((type) => [type, { $ref: `#/components/messages/${type}` }] as const);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'MultiWA events',
      version: '1.0.0',
      description: `Recorded, then announced: one log, the same for webhooks, for GET /events and for subscribers of NATS. Events are kept for ${duration(eventsStream.maxAgeMs)} in the stream ${eventsStream.name}. Fields are added without a new version, and so are members of lists marked x-extensible; anything else is a new version of its event. See docs/events.md.`,
    },
    defaultContentType: 'application/json',
    servers: {
      nats: {
        host: '127.0.0.1:4222',
        protocol: 'nats',
        description: 'POST /subscribers gives the address, a user and a password for one workspace.',
        security: [{ $ref: '#/components/securitySchemes/subscriber' }],
      },
    },
    channels: {
      events: {
        address: 'event.{workspaceId}.{profileId}.{type}',
        description: `Stored in the JetStream stream ${eventsStream.name}; each subscriber reads it through a durable pull consumer of its own.`,
        parameters: {
          workspaceId: { description: 'Whose event it is; a subscriber reads those of its own only.' },
          profileId: { description: 'The profile that it concerns, or _ where it concerns none.' },
          type: { description: 'The type of the event, such as message.received.' },
        },
        messages: Object.fromEntries(refs),
      },
    },
    operations: {
      announce: {
        action: 'send',
        channel: { $ref: '#/channels/events' },
        summary:
          'MultiWA announces what it has recorded, at least once and in order, with a sequence that is contiguous per profile.',
        messages: eventTypes.map((type) => ({ $ref: `#/channels/events/messages/${type}` })),
      },
    },
    components: {
      securitySchemes: { subscriber: { type: 'userPassword', description: 'User and password of a subscriber.' } },
      messages: Object.fromEntries(eventTypes.map((type) => [type, message(type)])),
    },
  };
}

function message(type: EventType): JsonSchema {
  const { version, data, description } = events[type];
  const { properties, ...envelope } = readerSchema(eventEnvelopeSchema, 'draft-7') as { properties: object };
  return {
    name: type,
    title: type,
    summary: description,
    contentType: 'application/json',
    payload: {
      ...envelope,
      properties: {
        ...properties,
        type: { const: type },
        version: { const: version },
        data: readerSchema(data as z.ZodType, 'draft-7'),
      },
    },
    examples: [{ name: type, payload: exampleEnvelope(type, version) }],
  };
}
