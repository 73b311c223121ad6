import { createdWebhookSchema, createWebhookSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'Create a webhook endpoint',
  description:
    'Events are POSTed to it as Standard Webhooks. The secret to verify them with is in the answer, and can be read again.',
  body: createWebhookSchema,
  answers: { 201: createdWebhookSchema },
  problems: ['profile_not_found', 'url_not_allowed', 'secret_invalid'],
  idempotent: true,
});

export function createWebhookRoute(app: App, webhooks: Webhooks): void {
  const config = { scope: 'webhooks:write', idempotent: 'sealed' } as const;
  app.post('/webhooks', { schema, config }, async (request, reply) => {
    const webhook = await webhooks.create(callerOf(request), request.body, request.resourceId ?? undefined);
    return reply.code(201).send(webhook);
  });
}
