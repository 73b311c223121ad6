import { webhookTestSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';
import { webhookParams } from './params.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'Send a test to a webhook endpoint',
  description: 'A webhook.test event, which only this endpoint gets, whatever its filter.',
  params: webhookParams,
  answers: { 202: webhookTestSchema },
  problems: ['webhook_not_found', 'state_conflict'],
  idempotent: true,
});

export function testWebhookRoute(app: App, webhooks: Webhooks): void {
  const config = { scope: 'webhooks:write', idempotent: 'plain' } as const;
  app.post('/webhooks/:webhookId/test', { schema, config }, async (request, reply) => {
    const { webhookId } = request.params;
    return reply.code(202).send(await webhooks.test(callerOf(request), webhookId, request.resourceId ?? undefined));
  });
}
