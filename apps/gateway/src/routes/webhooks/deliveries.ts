import { listDeliveriesQuerySchema, pageOf, webhookDeliverySchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';
import { webhookParams } from './params.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'List deliveries',
  description: 'Newest first, with filters by status, event, type of event, chat and time.',
  params: webhookParams,
  querystring: z.strictObject(listDeliveriesQuerySchema.shape),
  answers: { 200: pageOf(webhookDeliverySchema) },
  problems: ['webhook_not_found', 'cursor_invalid'],
});

export function listDeliveriesRoute(app: App, webhooks: Webhooks): void {
  app.get('/webhooks/:webhookId/deliveries', { schema, config: { scope: 'webhooks:read' } }, (request) =>
    webhooks.listDeliveries(callerOf(request), request.params.webhookId, request.query),
  );
}
