import { subscriberCredentialsSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Subscribers } from '../../use-cases/subscribers.js';
import type { App } from '../route-types.js';
import { subscriberParams } from './params.js';

const schema = describe({
  tag: 'Events',
  summary: 'Replace the password of a subscriber',
  description: 'The old one ends at once, with its connections. How far it has read stays.',
  params: subscriberParams,
  answers: { 200: subscriberCredentialsSchema },
  problems: ['subscriber_not_found', 'subscribers_unavailable'],
});

export function rotateSubscriberPasswordRoute(app: App, subscribers: Subscribers): void {
  const config = { scope: 'subscribers:write' } as const;
  app.post('/subscribers/:subscriberId/password', { schema, config }, (request) =>
    subscribers.rotatePassword(callerOf(request), request.params.subscriberId),
  );
}
