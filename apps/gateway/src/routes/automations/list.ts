import { automationSchema, pageOf } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Automations } from '../../use-cases/automations.js';
import { type App, pageQuery } from '../route-types.js';

const schema = describe({
  tag: 'Automations',
  summary: 'List automations',
  description: 'Newest first.',
  querystring: pageQuery,
  answers: { 200: pageOf(automationSchema) },
  problems: ['cursor_invalid'],
});

export function listAutomationsRoute(app: App, automations: Automations): void {
  app.get('/automations', { schema, config: { scope: 'automations:read' } }, (request) =>
    automations.list(callerOf(request), request.query),
  );
}
