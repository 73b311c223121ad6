import { webhookDeliveryDetailSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';
import { deliveryParams } from './params.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'Get a delivery with its attempts',
  params: deliveryParams,
  answers: { 200: webhookDeliveryDetailSchema },
  problems: ['delivery_not_found'],
});

export function getDeliveryRoute(app: App, webhooks: Webhooks): void {
  app.get('/webhooks/:webhookId/deliveries/:deliveryId', { schema, config: { scope: 'webhooks:read' } }, (request) =>
    webhooks.getDelivery(callerOf(request), request.params.webhookId, request.params.deliveryId),
  );
}
