import { describe, noContent } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Automations } from '../../use-cases/automations.js';
import type { App } from '../route-types.js';
import { automationParams } from './params.js';

const schema = describe({
  tag: 'Automations',
  summary: 'Delete an automation',
  description: 'Its runs are cancelled at once.',
  params: automationParams,
  answers: { 204: noContent },
  problems: ['automation_not_found'],
});

export function deleteAutomationRoute(app: App, automations: Automations): void {
  const config = { scope: 'automations:write' } as const;
  app.delete('/automations/:automationId', { schema, config }, async (request, reply) => {
    await automations.delete(callerOf(request), request.params.automationId);
    return reply.code(204).send();
  });
}
