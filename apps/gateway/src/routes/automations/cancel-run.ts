import { automationRunSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Automations } from '../../use-cases/automations.js';
import type { App } from '../route-types.js';
import { runParams } from './params.js';

const schema = describe({
  tag: 'Automations',
  summary: 'Cancel a run',
  description: 'It takes no further step, and what it waited for is forgotten. What it has sent stays sent.',
  params: runParams,
  answers: { 200: automationRunSchema },
  problems: ['run_not_found', 'state_conflict'],
});

export function cancelRunRoute(app: App, automations: Automations): void {
  const config = { scope: 'automations:write' } as const;
  app.post('/automations/:automationId/runs/:runId/cancel', { schema, config }, (request) => {
    const { automationId, runId } = request.params;
    return automations.cancelRun(callerOf(request), automationId, runId);
  });
}
