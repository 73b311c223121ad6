import { describe, noContent } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';
import { webhookParams } from './params.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'Delete a webhook endpoint',
  description: 'What it was still to get is cancelled.',
  params: webhookParams,
  answers: { 204: noContent },
  problems: ['webhook_not_found', 'state_conflict'],
});

export function deleteWebhookRoute(app: App, webhooks: Webhooks): void {
  app.delete('/webhooks/:webhookId', { schema, config: { scope: 'webhooks:write' } }, async (request, reply) => {
    await webhooks.delete(callerOf(request), request.params.webhookId);
    return reply.code(204).send();
  });
}
