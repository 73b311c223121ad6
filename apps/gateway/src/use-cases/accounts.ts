import { CodedError, type createAccountSchema, type updateAccountSchema } from '@multiwa/contracts';
import type { AccountsRepository } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { viewAccount } from '../views/views.js';
import { type PageQuery, readPage } from './page.js';

export function makeAccounts({ accounts }: { accounts: AccountsRepository }) {
  return {
    async create({ workspaceId }: Caller, input: z.output<typeof createAccountSchema>, id = newId()) {
      const { name, metadata = {} } = input;
      return viewAccount(await accounts.create({ id, workspaceId, name, metadata }));
    },

    list({ workspaceId }: Caller, query: PageQuery) {
      return readPage('accounts', query, (page) => accounts.list(workspaceId, page), viewAccount);
    },

    async get({ workspaceId }: Caller, id: string) {
      return viewAccount(found(await accounts.find(workspaceId, id)));
    },

    async update({ workspaceId }: Caller, id: string, change: z.output<typeof updateAccountSchema>) {
      return viewAccount(found(await accounts.update(workspaceId, id, change)));
    },

    async delete({ workspaceId }: Caller, id: string): Promise<void> {
      const outcome = await accounts.delete(workspaceId, id);
      if (outcome === 'missing') throw new CodedError('account_not_found');
      if (outcome === 'has_profiles') {
        const detail = 'The account still has profiles: delete them or move them to another account first.';
        throw new CodedError('state_conflict', { detail });
      }
    },
  };
}
export type Accounts = ReturnType<typeof makeAccounts>;

function found<T>(account: T | null): T {
  if (!account) throw new CodedError('account_not_found');
  return account;
}
