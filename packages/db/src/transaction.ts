import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { isTransactionConflict } from './errors.js';

const ATTEMPTS = 6;
const FIRST_BACKOFF_MS = 5;

/** See Database.transaction. Gives up after six conflicts in a row and throws the last one. */
export async function runTransaction<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(pool, work);
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransactionConflict(error)) throw error;
      // Jitter: two that met once would meet again in step.
      await sleep(Math.random() * FIRST_BACKOFF_MS * 2 ** attempt);
    }
  }
}

async function runOnce<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  let broken = false;
  try {
    await tx.query('BEGIN');
    const result = await work(tx);
    await tx.query('COMMIT');
    return result;
  } catch (error) {
    await tx.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    // A connection that cannot even roll back must not serve anyone else.
    tx.release(broken);
  }
}
