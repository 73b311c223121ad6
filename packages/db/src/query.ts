import type pg from 'pg';

/** What can run a statement: the pool, the connection of an open transaction, or one that belongs to somebody. */
export type Executor = pg.Pool | pg.ClientBase;

/**
 * Runs a prepared statement and returns its rows. `name` belongs to this text alone, in the whole process:
 * a connection parses and plans it once.
 */
export async function query<Row extends pg.QueryResultRow>(
  executor: Executor,
  name: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { rows } = await executor.query<Row>({ name, text, values: [...values] });
  return rows;
}

/** Like `query`, for statements without rows; returns how many rows it changed. */
export async function execute(
  executor: Executor,
  name: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<number> {
  const { rowCount } = await executor.query({ name, text, values: [...values] });
  return rowCount ?? 0;
}
