import { automationSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Automations } from '../../use-cases/automations.js';
import type { App } from '../route-types.js';
import { automationParams } from './params.js';

const schema = describe({
  tag: 'Automations',
  summary: 'Publish the flow',
  description: `The draft becomes the version that new runs take; runs that are under way keep theirs. Refused while the
flow is not sound: each mistake is named by its JSON pointer into the automation.`,
  params: automationParams,
  answers: { 200: automationSchema },
  problems: [
    'automation_not_found',
    'flow_invalid',
    'pattern_invalid',
    'template_invalid',
    'variable_unknown',
    'url_not_allowed',
  ],
});

/** Repeating it changes nothing, so it needs no Idempotency-Key. */
export function publishAutomationRoute(app: App, automations: Automations): void {
  const config = { scope: 'automations:write' } as const;
  app.post('/automations/:automationId/publish', { schema, config }, (request) =>
    automations.publish(callerOf(request), request.params.automationId),
  );
}
