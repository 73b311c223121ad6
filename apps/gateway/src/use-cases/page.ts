import { decodeListCursor, encodeListCursor, type ListPosition } from '@multiwa/domain';

export interface PageQuery {
  limit: number;
  cursor?: string | undefined;
}
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** One page of a list whose rows go by createdAt, then id. One row more than shown is asked for, to know of a next page. */
export function readPage<Row extends { id: string; createdAt: Date }, View>(
  kind: string,
  query: PageQuery,
  read: (request: { take: number; after?: { at: Date; id: string } }) => Promise<Row[]>,
  view: (row: Row) => View,
): Promise<Page<View>> {
  // A position without a time cannot come from a list like this one; the epoch's end of it is empty.
  const timed = ({ at, id }: ListPosition) => ({ at: at ?? new Date(0), id });
  return readPageBy(
    kind,
    query,
    ({ take, after }) => read({ take, after: after && timed(after) }),
    view,
    (row) => ({
      at: row.createdAt,
      id: row.id,
    }),
  );
}

/** The same for lists with sort keys of their own. */
export async function readPageBy<Row, View>(
  kind: string,
  { limit, cursor }: PageQuery,
  read: (request: { take: number; after?: ListPosition }) => Promise<Row[]>,
  view: (row: Row) => View,
  positionOf: (row: Row) => ListPosition,
): Promise<Page<View>> {
  const after = cursor === undefined ? undefined : decodeListCursor(kind, cursor);
  const rows = await read({ take: limit + 1, after });
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(view), nextCursor: last ? encodeListCursor(kind, positionOf(last)) : null };
}
