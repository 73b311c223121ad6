import type { Database } from '../client.js';
import type { Prisma } from '../generated/client.js';
import { execute, query } from '../query.js';
import { behind, newestFirst, type PageRequest } from './page.js';

export interface AccountChange {
  name?: string;
  metadata?: Record<string, string | number | boolean | null>;
}

const LOCK = `SELECT 1 FROM "Account" WHERE "id" = $1 AND "workspaceId" = $2 FOR UPDATE`;
const USED = `SELECT 1 FROM "Profile" WHERE "accountId" = $1 AND "deletedAt" IS NULL LIMIT 1`;

/** Accounts group the profiles of one client of a workspace. */
export function accountsRepository({ prisma, transaction }: Database) {
  return {
    /** Repeating it with the same id gives the row that is there. */
    create(account: { id: string; workspaceId: string; name: string; metadata: Prisma.InputJsonObject }) {
      const { id, workspaceId } = account;
      return prisma.account.upsert({ where: { id, workspaceId }, create: account, update: {} });
    },

    list(workspaceId: string, { take, after }: PageRequest) {
      return prisma.account.findMany({ where: { workspaceId, ...behind(after) }, orderBy: newestFirst, take });
    },

    find(workspaceId: string, id: string) {
      return prisma.account.findUnique({ where: { id, workspaceId } });
    },

    async update(workspaceId: string, id: string, change: AccountChange) {
      const [row] = await prisma.account.updateManyAndReturn({ where: { id, workspaceId }, data: change });
      return row ?? null;
    },

    /** Deletes an account without profiles. Holding its row keeps a profile from joining it meanwhile. */
    delete(workspaceId: string, id: string): Promise<'deleted' | 'missing' | 'has_profiles'> {
      return transaction(async (tx) => {
        const [row] = await query(tx, 'accounts_lock', LOCK, [id, workspaceId]);
        if (!row) return 'missing';
        if ((await query(tx, 'accounts_used', USED, [id])).length > 0) return 'has_profiles';
        await execute(tx, 'accounts_delete', 'DELETE FROM "Account" WHERE "id" = $1', [id]);
        return 'deleted';
      });
    },
  };
}
export type AccountsRepository = ReturnType<typeof accountsRepository>;
