import { CodedError, type createApiKeySchema, type Scope } from '@multiwa/contracts';
import type { ApiKeysRepository } from '@multiwa/db';
import { hashApiKey, newApiKey, newId, shownPrefix } from '@multiwa/domain';
import type { z } from 'zod';
import { type Caller, ofOperator } from '../auth/authenticate.js';
import { validationFailed } from '../validation-failed.js';
import { viewApiKey } from '../views/views.js';
import { type PageQuery, readPage } from './page.js';

export interface ApiKeysDeps {
  apiKeys: ApiKeysRepository;
  /** Makes every process forget what it remembers of keys. */
  keysChanged(): void;
  now(): Date;
}

export function makeApiKeys({ apiKeys, keysChanged, now }: ApiKeysDeps) {
  return {
    /** A key can give no more than its maker may do: otherwise keys:write would be admin. */
    async create(caller: Caller, input: z.output<typeof createApiKeySchema>, id = newId()) {
      refuseWiderScopes(caller, input.scopes);
      const expiresAt = input.expiresAt ? new Date(input.expiresAt) : null;
      if (expiresAt && expiresAt <= now()) {
        throw validationFailed([{ pointer: '#/expiresAt', code: 'in_the_past', message: 'must lie in the future' }]);
      }
      const key = newApiKey();
      const row = await apiKeys.create({
        id,
        workspaceId: caller.workspaceId,
        name: input.name,
        prefix: shownPrefix(key),
        hash: hashApiKey(key),
        scopes: [...new Set(input.scopes)],
        expiresAt,
      });
      return { ...viewApiKey(row), key };
    },

    list({ workspaceId }: Caller, query: PageQuery) {
      return readPage('api-keys', query, (page) => apiKeys.list(workspaceId, page), viewApiKey);
    },

    async revoke({ workspaceId }: Caller, id: string) {
      const row = await apiKeys.revoke(workspaceId, id);
      if (!row) throw new CodedError('api_key_not_found');
      keysChanged();
      return viewApiKey(row);
    },
  };
}
export type ApiKeys = ReturnType<typeof makeApiKeys>;

function refuseWiderScopes(caller: Caller, wanted: readonly Scope[]): void {
  if (!caller.isOperator && wanted.some(ofOperator)) {
    throw new CodedError('scope_missing', { detail: 'Scopes of the engine are given in the first workspace only.' });
  }
  if (caller.scopes.includes('admin')) return;
  const wider = wanted.filter((scope) => !caller.scopes.includes(scope));
  if (wider.length === 0) return;
  throw new CodedError('scope_missing', { detail: `Your key lacks what it would give: ${wider.join(', ')}.` });
}
