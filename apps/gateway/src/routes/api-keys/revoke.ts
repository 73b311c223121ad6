import { apiKeySchema, idSchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { ApiKeys } from '../../use-cases/api-keys.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'API keys',
  summary: 'Revoke an API key',
  description:
    'Takes effect at once. The row stays, so that the log can be read later; revoking twice changes nothing.',
  params: z.object({ apiKeyId: idSchema }),
  answers: { 200: apiKeySchema },
  problems: ['api_key_not_found'],
});

export function revokeApiKeyRoute(app: App, apiKeys: ApiKeys): void {
  app.delete('/api-keys/:apiKeyId', { schema, config: { scope: 'keys:write' } }, (request) =>
    apiKeys.revoke(callerOf(request), request.params.apiKeyId),
  );
}
