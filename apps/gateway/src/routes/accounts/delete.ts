import { idSchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe, noContent } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Accounts } from '../../use-cases/accounts.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Accounts',
  summary: 'Delete an account',
  description: 'Refused while the account has profiles.',
  params: z.object({ accountId: idSchema }),
  answers: { 204: noContent },
  problems: ['account_not_found', 'state_conflict'],
});

export function deleteAccountRoute(app: App, accounts: Accounts): void {
  app.delete('/accounts/:accountId', { schema, config: { scope: 'accounts:write' } }, async (request, reply) => {
    await accounts.delete(callerOf(request), request.params.accountId);
    return reply.code(204).send();
  });
}
