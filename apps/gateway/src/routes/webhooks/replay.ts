import { replayWebhookSchema, webhookReplaySchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Webhooks } from '../../use-cases/webhooks.js';
import type { App } from '../route-types.js';
import { webhookParams } from './params.js';

const schema = describe({
  tag: 'Webhooks',
  summary: 'Send everything since a time again',
  description:
    'For an endpoint that was away, disabled or broken: each event since then that its filter takes is delivered, also one that was delivered before, which comes with the same webhook-id and body.',
  params: webhookParams,
  body: replayWebhookSchema,
  answers: { 202: webhookReplaySchema },
  problems: ['webhook_not_found', 'state_conflict'],
  idempotent: true,
});

export function replayWebhookRoute(app: App, webhooks: Webhooks): void {
  const config = { scope: 'webhooks:write', idempotent: 'plain' } as const;
  app.post('/webhooks/:webhookId/replay', { schema, config }, async (request, reply) =>
    reply.code(202).send(await webhooks.replay(callerOf(request), request.params.webhookId, request.body)),
  );
}
