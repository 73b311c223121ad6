import { webhookSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';
import { webhookParams } from './params.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'Get a webhook endpoint',
  params: webhookParams,
  answers: { 200: webhookSchema },
  problems: ['webhook_not_found'],
});

export function getWebhookRoute(app: App, webhooks: Webhooks): void {
  app.get('/webhooks/:webhookId', { schema, config: { scope: 'webhooks:read' } }, (request) =>
    webhooks.get(callerOf(request), request.params.webhookId),
  );
}
