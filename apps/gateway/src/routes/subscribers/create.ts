import { createSubscriberSchema, subscriberCredentialsSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Subscribers } from '../../use-cases/subscribers.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Events',
  summary: 'Let somebody read events from NATS',
  description:
    'Makes a user of the NATS server that reads the events of this workspace and nothing else, with a durable pull consumer of its own. The answer is the only one that holds the password. docs/events.md shows how to connect.',
  body: createSubscriberSchema,
  answers: { 201: subscriberCredentialsSchema },
  problems: ['profile_not_found', 'subscribers_unavailable'],
  idempotent: true,
});

export function createSubscriberRoute(app: App, subscribers: Subscribers): void {
  const config = { scope: 'subscribers:write', idempotent: 'sealed' } as const;
  app.post('/subscribers', { schema, config }, async (request, reply) => {
    const made = await subscribers.create(callerOf(request), request.body, request.resourceId ?? undefined);
    return reply.code(201).send(made);
  });
}
