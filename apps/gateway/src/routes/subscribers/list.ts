import { pageOf, subscriberSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Subscribers } from '../../use-cases/subscribers.js';
import { type App, pageQuery } from '../route-types.js';

const schema = describe({
  tag: 'Events',
  summary: 'List the subscribers of NATS',
  querystring: pageQuery,
  answers: { 200: pageOf(subscriberSchema) },
  problems: ['cursor_invalid'],
});

export function listSubscribersRoute(app: App, subscribers: Subscribers): void {
  app.get('/subscribers', { schema, config: { scope: 'subscribers:read' } }, (request) =>
    subscribers.list(callerOf(request), request.query),
  );
}
