import type { Account } from '../../model/account.js';
import type { Group } from '../../model/group.js';

const TEXTS: Record<number, string> = {
  400: 'bad-request',
  401: 'not-authorized',
  403: 'forbidden',
  404: 'item-not-found',
  406: 'not-acceptable',
  409: 'conflict',
};

/** The server's no to something that was wanted of a group. */
export class GroupRefusal extends Error {
  override readonly name = 'GroupRefusal';

  constructor(readonly code: 400 | 401 | 403 | 404 | 406 | 409) {
    super(TEXTS[code] ?? 'error');
  }
}

/** Refuses (403) whoever is not in the group. */
export function requireMember(group: Group, account: Account): void {
  if (!group.member(account)) throw new GroupRefusal(403);
}

/** Refuses (401) a member who is no admin. The real server's codes vary by call; this network uses one. */
export function requireAdmin(group: Group, account: Account): void {
  requireMember(group, account);
  if (!group.isAdmin(account)) throw new GroupRefusal(401);
}
