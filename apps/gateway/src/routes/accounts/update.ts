import { accountSchema, idSchema, updateAccountSchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Accounts } from '../../use-cases/accounts.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Accounts',
  summary: 'Change an account',
  description: 'Only the given fields change; metadata is replaced as a whole.',
  params: z.object({ accountId: idSchema }),
  body: updateAccountSchema,
  answers: { 200: accountSchema },
  problems: ['account_not_found'],
});

export function updateAccountRoute(app: App, accounts: Accounts): void {
  app.patch('/accounts/:accountId', { schema, config: { scope: 'accounts:write' } }, (request) =>
    accounts.update(callerOf(request), request.params.accountId, request.body),
  );
}
