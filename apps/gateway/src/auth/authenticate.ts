import { CodedError, type Scope } from '@multiwa/contracts';
import type { ApiKey, ApiKeysRepository } from '@multiwa/db';
import { hashApiKey, isApiKey, sameHash } from '@multiwa/domain';
import { limits } from '../limits.js';
import { ReadThroughCache } from '../read-through-cache.js';

/** Whoever presents a valid key: the workspace it opens, and what it may do there. */
export interface Caller {
  apiKeyId: string;
  workspaceId: string;
  scopes: readonly Scope[];
  /** The key belongs to the workspace of whoever runs this installation. */
  isOperator: boolean;
  /** SHA-256 of the key, to look at it again while a long answer runs. */
  keyHash: string;
}

export interface Authenticator {
  /** @throws CodedError `api_key_missing`, `_invalid`, `_expired` or `_revoked` */
  authenticate(key: string | undefined): Promise<Caller>;
  /** The same by hash, for answers that outlive their request. */
  recheck(keyHash: string): Promise<Caller>;
  /** Forgets what is remembered: the next request asks the database. */
  forgetAll(): void;
}

export function makeAuthenticator(deps: {
  apiKeys: Pick<ApiKeysRepository, 'findByHash'>;
  /** Undefined while there is none yet. */
  operatorWorkspace(): Promise<string | undefined>;
  recordUse(apiKeyId: string, at: Date): void;
  now(): Date;
}): Authenticator {
  const options = { max: limits.cachedKeys, ttlMs: limits.cacheTtlMs };
  const keys = new ReadThroughCache<ApiKey>(
    options,
    async (hash) => (await deps.apiKeys.findByHash(hash)) ?? undefined,
  );

  const operator = new ReadThroughCache<{ workspaceId: string }>({ max: 1, ttlMs: limits.cacheTtlMs }, async () => {
    const workspaceId = await deps.operatorWorkspace();
    return workspaceId === undefined ? undefined : { workspaceId };
  });

  async function recheck(hash: string): Promise<Caller> {
    const key = await keys.get(hash);
    if (!key || !sameHash(key.hash, hash)) throw new CodedError('api_key_invalid');
    const now = deps.now();
    if (key.revokedAt) throw new CodedError('api_key_revoked');
    if (key.expiresAt && key.expiresAt <= now) throw new CodedError('api_key_expired');
    deps.recordUse(key.id, now);
    const isOperator = (await operator.get(''))?.workspaceId === key.workspaceId;
    // Scopes are written by createApiKey only, which parsed them.
    const { id: apiKeyId, workspaceId } = key;
    return { apiKeyId, workspaceId, scopes: key.scopes as Scope[], isOperator, keyHash: hash };
  }

  return {
    async authenticate(key) {
      if (!key) throw new CodedError('api_key_missing');
      if (!isApiKey(key)) throw new CodedError('api_key_invalid');
      return recheck(hashApiKey(key));
    },
    recheck,
    forgetAll: () => keys.clear(),
  };
}

/** Engine workers serve all workspaces: what these scopes open is the operator's, `admin` of another workspace included. */
export const ofOperator = (scope: Scope): boolean => scope.startsWith('engine:');

/** @throws CodedError `scope_missing` */
export function requireScope(caller: Caller, scope: Scope): void {
  if (ofOperator(scope) && !caller.isOperator) {
    const detail = 'The engine workers are the operator’s: this call needs a key of the first workspace.';
    throw new CodedError('scope_missing', { detail });
  }
  if (caller.scopes.includes(scope) || caller.scopes.includes('admin')) return;
  throw new CodedError('scope_missing', { detail: `This call needs the scope ${scope}.` });
}
