import { pageOf, webhookSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import { type App, pageQuery } from '../route-types.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'List webhook endpoints',
  description: 'Newest first.',
  querystring: pageQuery,
  answers: { 200: pageOf(webhookSchema) },
  problems: ['cursor_invalid'],
});

export function listWebhooksRoute(app: App, webhooks: Webhooks): void {
  app.get('/webhooks', { schema, config: { scope: 'webhooks:read' } }, (request) =>
    webhooks.list(callerOf(request), request.query),
  );
}
