import type { Message } from '@multiwa/contracts';
import type { Request } from './request.js';
import type { ListStatuses, Page, PostStatus, ReactToStatus, SendOptions, Status, StatusDetail } from './types.js';

/** Statuses of a profile, and those of others where its settings say receiveStatuses. */
export function statusCalls(request: Request) {
  const statuses = (profileId: string) => `/profiles/${encodeURIComponent(profileId)}/status`;
  const status = (profileId: string, id: string) => `${statuses(profileId)}/${encodeURIComponent(id)}`;
  return {
    /** Resolves when the status is kept; what becomes of it is announced. */
    post: (profileId: string, body: PostStatus, { idempotencyKey }: Pick<SendOptions, 'idempotencyKey'> = {}) =>
      request<Status>('POST', statuses(profileId), { body, idempotencyKey }),
    /** Those of the last day. */
    list: (profileId: string, query: ListStatuses = {}) => request<Page<Status>>('GET', statuses(profileId), { query }),
    /** With everybody who has it. */
    get: (profileId: string, id: string) => request<StatusDetail>('GET', status(profileId, id)),
    /** Its author is told, as far as the number’s privacy settings allow it. */
    see: (profileId: string, id: string) => request<Status>('POST', `${status(profileId, id)}/seen`),
    /** To one of somebody else, who alone gets it. */
    react: (
      profileId: string,
      id: string,
      body: ReactToStatus,
      { idempotencyKey }: Pick<SendOptions, 'idempotencyKey'> = {},
    ) => request<Message>('POST', `${status(profileId, id)}/reaction`, { body, idempotencyKey }),
    /** Takes it back. */
    delete: (profileId: string, id: string) => request<Status>('DELETE', status(profileId, id)),
  };
}
