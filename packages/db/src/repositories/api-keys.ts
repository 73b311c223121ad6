import type { Scope } from '@multiwa/contracts';
import type { Database } from '../client.js';
import { execute } from '../query.js';
import { behind, newestFirst, type PageRequest } from './page.js';

export interface NewApiKey {
  id: string;
  workspaceId: string;
  name: string;
  prefix: string;
  hash: string;
  scopes: Scope[];
  expiresAt: Date | null;
}

const RECORD_USES = `
  UPDATE "ApiKey" k SET "lastUsedAt" = u.at FROM unnest($1::text[], $2::timestamp[]) AS u(id, at)
  WHERE k."id" = u.id AND (k."lastUsedAt" IS NULL OR k."lastUsedAt" < u.at)`;

/** API keys of workspaces; the secret itself never comes here. */
export function apiKeysRepository({ prisma, pool }: Database) {
  return {
    /** Repeating it with the same id (a request begun before a crash) replaces the secret that nobody was shown. */
    create({ id, ...key }: NewApiKey) {
      return prisma.apiKey.upsert({ where: { id, workspaceId: key.workspaceId }, create: { id, ...key }, update: key });
    },

    list(workspaceId: string, { take, after }: PageRequest) {
      return prisma.apiKey.findMany({ where: { workspaceId, ...behind(after) }, orderBy: newestFirst, take });
    },

    findByHash(hash: string) {
      return prisma.apiKey.findUnique({ where: { hash } });
    },

    /** Revokes a key, keeping the time of an earlier revocation; null when the workspace has no such key. */
    async revoke(workspaceId: string, id: string) {
      await prisma.apiKey.updateMany({ where: { id, workspaceId, revokedAt: null }, data: { revokedAt: new Date() } });
      return prisma.apiKey.findUnique({ where: { id, workspaceId } });
    },

    /** Records when keys were used last, many in one statement; never moves a time back. */
    async recordUses(uses: readonly { id: string; at: Date }[]): Promise<void> {
      const values = [uses.map(({ id }) => id), uses.map(({ at }) => at)];
      await execute(pool, 'api_keys_record_uses', RECORD_USES, values);
    },
  };
}
export type ApiKeysRepository = ReturnType<typeof apiKeysRepository>;
