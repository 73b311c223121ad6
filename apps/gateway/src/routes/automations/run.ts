import { automationRunWithStepsSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Automations } from '../../use-cases/automations.js';
import type { App } from '../route-types.js';
import { runParams } from './params.js';

const schema = describe({
  tag: 'Automations',
  summary: 'Get a run with its steps',
  params: runParams,
  answers: { 200: automationRunWithStepsSchema },
  problems: ['run_not_found'],
});

export function getRunRoute(app: App, automations: Automations): void {
  app.get('/automations/:automationId/runs/:runId', { schema, config: { scope: 'automations:read' } }, (request) => {
    const { automationId, runId } = request.params;
    return automations.run(callerOf(request), automationId, runId);
  });
}
