import { automationSchema, updateAutomationSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Automations } from '../../use-cases/automations.js';
import type { App } from '../route-types.js';
import { automationParams } from './params.js';

const schema = describe({
  tag: 'Automations',
  summary: 'Change an automation',
  description:
    'Only the given fields change. A changed flow stays a draft until it is published; the rest holds at once.',
  params: automationParams,
  body: updateAutomationSchema,
  answers: { 200: automationSchema },
  problems: ['automation_not_found', 'profile_not_found'],
});

export function updateAutomationRoute(app: App, automations: Automations): void {
  const config = { scope: 'automations:write' } as const;
  app.patch('/automations/:automationId', { schema, config }, (request) =>
    automations.update(callerOf(request), request.params.automationId, request.body),
  );
}
