import { type Executor, query } from '../query.js';

const OPERATOR = `SELECT "id" FROM "Workspace" ORDER BY "createdAt", "id" LIMIT 1`;

/** The workspace of whoever runs this installation: the first one, which bootstrapping makes; undefined before that. */
export async function operatorWorkspace(executor: Executor): Promise<string | undefined> {
  const [row] = await query<{ id: string }>(executor, 'operator_workspace', OPERATOR);
  return row?.id;
}
