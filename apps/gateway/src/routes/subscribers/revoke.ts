import { describe, noContent } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Subscribers } from '../../use-cases/subscribers.js';
import type { App } from '../route-types.js';
import { subscriberParams } from './params.js';

const schema = describe({
  tag: 'Events',
  summary: 'Revoke a subscriber',
  description: 'Its connections are closed within a second or two, and its consumer is deleted.',
  params: subscriberParams,
  answers: { 204: noContent },
  problems: ['subscriber_not_found'],
});

export function revokeSubscriberRoute(app: App, subscribers: Subscribers): void {
  const config = { scope: 'subscribers:write' } as const;
  app.delete('/subscribers/:subscriberId', { schema, config }, async (request, reply) => {
    await subscribers.revoke(callerOf(request), request.params.subscriberId);
    return reply.code(204).send();
  });
}
