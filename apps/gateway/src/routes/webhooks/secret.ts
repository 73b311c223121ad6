import { webhookSecretSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';
import { webhookParams } from './params.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'Read the secret of a webhook endpoint',
  params: webhookParams,
  answers: { 200: webhookSecretSchema },
  problems: ['webhook_not_found'],
});

export function webhookSecretRoute(app: App, webhooks: Webhooks): void {
  app.get('/webhooks/:webhookId/secret', { schema, config: { scope: 'webhooks:write' } }, (request) =>
    webhooks.secret(callerOf(request), request.params.webhookId),
  );
}
