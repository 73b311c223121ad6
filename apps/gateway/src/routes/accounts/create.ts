import { accountSchema, createAccountSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Accounts } from '../../use-cases/accounts.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Accounts',
  summary: 'Create an account',
  description: 'An account groups the profiles of one client of the workspace.',
  body: createAccountSchema,
  answers: { 201: accountSchema },
  idempotent: true,
});

export function createAccountRoute(app: App, accounts: Accounts): void {
  const config = { scope: 'accounts:write', idempotent: 'plain' } as const;
  app.post('/accounts', { schema, config }, async (request, reply) => {
    const account = await accounts.create(callerOf(request), request.body, request.resourceId ?? undefined);
    return reply.code(201).send(account);
  });
}
