import { webhookDeliverySchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';
import { deliveryParams } from './params.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'Send a delivery again',
  description: 'At once, with the same webhook-id and body, also when it was delivered or has failed for good.',
  params: deliveryParams,
  answers: { 202: webhookDeliverySchema },
  problems: ['webhook_not_found', 'delivery_not_found', 'state_conflict'],
  idempotent: true,
});

export function resendDeliveryRoute(app: App, webhooks: Webhooks): void {
  const config = { scope: 'webhooks:write', idempotent: 'plain' } as const;
  app.post('/webhooks/:webhookId/deliveries/:deliveryId/resend', { schema, config }, async (request, reply) => {
    const { webhookId, deliveryId } = request.params;
    return reply.code(202).send(await webhooks.resend(callerOf(request), webhookId, deliveryId));
  });
}
