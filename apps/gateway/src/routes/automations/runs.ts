import { automationRunSchema, listRunsQuerySchema, pageOf } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Automations } from '../../use-cases/automations.js';
import type { App } from '../route-types.js';
import { automationParams } from './params.js';

const schema = describe({
  tag: 'Automations',
  summary: 'List the runs of an automation',
  description: 'Newest first.',
  params: automationParams,
  querystring: z.strictObject(listRunsQuerySchema.shape),
  answers: { 200: pageOf(automationRunSchema) },
  problems: ['automation_not_found', 'cursor_invalid'],
});

export function listRunsRoute(app: App, automations: Automations): void {
  app.get('/automations/:automationId/runs', { schema, config: { scope: 'automations:read' } }, (request) =>
    automations.runs(callerOf(request), request.params.automationId, request.query),
  );
}
