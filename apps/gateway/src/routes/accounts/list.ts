import { accountSchema, pageOf } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Accounts } from '../../use-cases/accounts.js';
import { type App, pageQuery } from '../route-types.js';

const schema = describe({
  tag: 'Accounts',
  summary: 'List accounts',
  description: 'Newest first.',
  querystring: pageQuery,
  answers: { 200: pageOf(accountSchema) },
  problems: ['cursor_invalid'],
});

export function listAccountsRoute(app: App, accounts: Accounts): void {
  app.get('/accounts', { schema, config: { scope: 'accounts:read' } }, (request) =>
    accounts.list(callerOf(request), request.query),
  );
}
