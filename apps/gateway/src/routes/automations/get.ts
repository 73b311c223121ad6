import { automationSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Automations } from '../../use-cases/automations.js';
import type { App } from '../route-types.js';
import { automationParams } from './params.js';

const schema = describe({
  tag: 'Automations',
  summary: 'Get an automation',
  params: automationParams,
  answers: { 200: automationSchema },
  problems: ['automation_not_found'],
});

export function getAutomationRoute(app: App, automations: Automations): void {
  app.get('/automations/:automationId', { schema, config: { scope: 'automations:read' } }, (request) =>
    automations.get(callerOf(request), request.params.automationId),
  );
}
