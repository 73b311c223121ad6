import { accountSchema, idSchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Accounts } from '../../use-cases/accounts.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Accounts',
  summary: 'Get an account',
  params: z.object({ accountId: idSchema }),
  answers: { 200: accountSchema },
  problems: ['account_not_found'],
});

export function getAccountRoute(app: App, accounts: Accounts): void {
  app.get('/accounts/:accountId', { schema, config: { scope: 'accounts:read' } }, (request) =>
    accounts.get(callerOf(request), request.params.accountId),
  );
}
