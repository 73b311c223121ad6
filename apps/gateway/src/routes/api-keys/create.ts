import { createApiKeySchema, createdApiKeySchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { ApiKeys } from '../../use-cases/api-keys.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'API keys',
  summary: 'Create an API key',
  description: 'The answer is the only one that ever holds the key itself. A key can give no scope that yours lacks.',
  body: createApiKeySchema,
  answers: { 201: createdApiKeySchema },
  idempotent: true,
});

export function createApiKeyRoute(app: App, apiKeys: ApiKeys): void {
  const config = { scope: 'keys:write', idempotent: 'sealed' } as const;
  app.post('/api-keys', { schema, config }, async (request, reply) => {
    const created = await apiKeys.create(callerOf(request), request.body, request.resourceId ?? undefined);
    return reply.code(201).send(created);
  });
}
