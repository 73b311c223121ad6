import { apiKeySchema, pageOf } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { ApiKeys } from '../../use-cases/api-keys.js';
import { type App, pageQuery } from '../route-types.js';

const schema = describe({
  tag: 'API keys',
  summary: 'List API keys',
  description: 'Newest first, revoked and expired ones included. The keys themselves cannot be shown again.',
  querystring: pageQuery,
  answers: { 200: pageOf(apiKeySchema) },
  problems: ['cursor_invalid'],
});

export function listApiKeysRoute(app: App, apiKeys: ApiKeys): void {
  app.get('/api-keys', { schema, config: { scope: 'keys:write' } }, (request) =>
    apiKeys.list(callerOf(request), request.query),
  );
}
