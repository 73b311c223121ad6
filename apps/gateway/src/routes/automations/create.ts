import { automationSchema, createAutomationSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Automations } from '../../use-cases/automations.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Automations',
  summary: 'Create an automation',
  description: 'Its flow is a draft, of which only the shape is checked. Publish it and enable it to let it run.',
  body: createAutomationSchema,
  answers: { 201: automationSchema },
  problems: ['profile_not_found'],
  idempotent: true,
});

export function createAutomationRoute(app: App, automations: Automations): void {
  const config = { scope: 'automations:write', idempotent: 'plain' } as const;
  app.post('/automations', { schema, config }, async (request, reply) => {
    const automation = await automations.create(callerOf(request), request.body, request.resourceId ?? undefined);
    return reply.code(201).send(automation);
  });
}
