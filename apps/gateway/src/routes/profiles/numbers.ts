import { checkedNumbersSchema, checkNumbersSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Numbers } from '../../use-cases/numbers.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Contacts',
  summary: 'Check numbers',
  description:
    'Which of these numbers are on WhatsApp, the digits it knows them by, and their LIDs. Answers are remembered for days. What has to be asked counts against the day’s budget of the profile, because asking about many people gets numbers banned.',
  params: profileParams,
  body: checkNumbersSchema,
  answers: { 200: checkedNumbersSchema },
  problems: [
    'profile_not_found',
    'profile_not_connected',
    'not_supported_by_engine',
    'lookup_budget_used',
    'whatsapp_rate_limited',
    'refused_by_whatsapp',
    'ask_timeout',
  ],
});

export function checkNumbersRoute(app: App, numbers: Numbers): void {
  app.post('/profiles/:profileId/numbers/check', { schema, config: { scope: 'contacts:read' } }, (request) =>
    numbers.check(scopeOf(request), request.body.numbers),
  );
}
