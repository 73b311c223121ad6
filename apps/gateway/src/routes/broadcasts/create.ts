import { broadcastSchema, createBroadcastSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Broadcasts } from '../../use-cases/broadcasts.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'Draft a broadcast',
  description:
    'A text to many people of one profile. Variables: {{name}}, {{phone}}, {{metadata.city|your city}} of the contact, or a recipient’s own; what stands after "|" is used where there is no value. Nothing is sent before it is started.',
  body: createBroadcastSchema,
  answers: { 201: broadcastSchema },
  problems: ['profile_not_found', 'template_invalid'],
  idempotent: true,
});

export function createBroadcastRoute(app: App, broadcasts: Broadcasts): void {
  const config = { scope: 'broadcasts:write', idempotent: 'plain' } as const;
  app.post('/broadcasts', { schema, config }, async (request, reply) => {
    const broadcast = await broadcasts.create(callerOf(request), request.body, request.resourceId ?? undefined);
    return reply.code(201).send(broadcast);
  });
}
