import { automationSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Automations } from '../../use-cases/automations.js';
import type { App } from '../route-types.js';
import { automationParams } from './params.js';

const common = { tag: 'Automations', params: automationParams, answers: { 200: automationSchema } } as const;
const enableSchema = describe({
  ...common,
  summary: 'Enable an automation',
  description: 'Messages that arrive from now on may start it. It needs a published version.',
  problems: ['automation_not_found', 'state_conflict'],
});
const disableSchema = describe({
  ...common,
  summary: 'Disable an automation',
  description:
    'It starts no more runs. Those that are under way go on: cancel them one by one, or delete the automation.',
  problems: ['automation_not_found'],
});

/** Both, since they are one switch. */
export function enableAutomationRoutes(app: App, automations: Automations): void {
  const config = { scope: 'automations:write' } as const;
  app.post('/automations/:automationId/enable', { schema: enableSchema, config }, (request) =>
    automations.enable(callerOf(request), request.params.automationId, true),
  );
  app.post('/automations/:automationId/disable', { schema: disableSchema, config }, (request) =>
    automations.enable(callerOf(request), request.params.automationId, false),
  );
}
