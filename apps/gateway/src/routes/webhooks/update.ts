import { updateWebhookSchema, webhookSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';
import { webhookParams } from './params.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'Change a webhook endpoint',
  description:
    'Only the given fields change. Setting enabled to true, also where it is true, tries all that waits for its next attempt at once.',
  params: webhookParams,
  body: updateWebhookSchema,
  answers: { 200: webhookSchema },
  problems: ['webhook_not_found', 'url_not_allowed', 'state_conflict'],
});

export function updateWebhookRoute(app: App, webhooks: Webhooks): void {
  app.patch('/webhooks/:webhookId', { schema, config: { scope: 'webhooks:write' } }, (request) =>
    webhooks.update(callerOf(request), request.params.webhookId, request.body),
  );
}
