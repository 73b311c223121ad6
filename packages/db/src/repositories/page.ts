/** Where the previous page of a list ended; lists go by time, newest first, then by id. */
export interface PagePosition {
  at: Date;
  id: string;
}

export interface PageRequest {
  /** Rows wanted; ask for one more than shown to learn whether there are more. */
  take: number;
  after?: PagePosition;
}

export const newestFirst = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];

/** Rows behind a position. The first bound lets the index on (…, createdAt, id) be entered at the right place. */
export function behind(after: PagePosition | undefined) {
  if (!after) return {};
  return { createdAt: { lte: after.at }, OR: [{ createdAt: { lt: after.at } }, { id: { lt: after.id } }] };
}
