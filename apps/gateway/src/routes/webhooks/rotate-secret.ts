import { rotatedSecretSchema, rotateSecretSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';
import { webhookParams } from './params.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'Replace the secret of a webhook endpoint',
  description:
    'Deliveries then carry two signatures, of the new secret and of the one before it, until that one ends: any Standard Webhooks library accepts either. Rotating again drops the older one.',
  params: webhookParams,
  body: rotateSecretSchema,
  answers: { 200: rotatedSecretSchema },
  problems: ['webhook_not_found', 'secret_invalid', 'state_conflict'],
  idempotent: true,
});

export function rotateSecretRoute(app: App, webhooks: Webhooks): void {
  // Its answer holds the secret, so what is kept of it is sealed.
  const config = { scope: 'webhooks:write', idempotent: 'sealed' } as const;
  app.post('/webhooks/:webhookId/secret/rotate', { schema, config }, (request) =>
    webhooks.rotateSecret(callerOf(request), request.params.webhookId, request.body),
  );
}
