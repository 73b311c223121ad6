import { subscriberSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Subscribers } from '../../use-cases/subscribers.js';
import type { App } from '../route-types.js';
import { subscriberParams } from './params.js';

const schema = describe({
  tag: 'Events',
  summary: 'Read a subscriber of NATS',
  params: subscriberParams,
  answers: { 200: subscriberSchema },
  problems: ['subscriber_not_found'],
});

export function getSubscriberRoute(app: App, subscribers: Subscribers): void {
  app.get('/subscribers/:subscriberId', { schema, config: { scope: 'subscribers:read' } }, (request) =>
    subscribers.get(callerOf(request), request.params.subscriberId),
  );
}
