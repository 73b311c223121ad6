import type pg from 'pg';
import { query } from '../query.js';

export interface Leadership {
  /** Shows the server that this process lives; false when the leadership is lost, and with it the connection. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Tries to become the only leader of `role` among all processes of this database; undefined while another one leads.
 * The lock belongs to a session, so it goes with a killed process at once. A frozen process keeps its session open:
 * therefore the server ends a session in which nothing happened for `leaseMs`, so call `renew` well within that. What a
 * thawed leader still does may overlap with its successor's work and must be harmless.
 */
export async function tryToLead(pool: pg.Pool, role: string, leaseMs: number): Promise<Leadership | undefined> {
  const session = await pool.connect();
  // The lock and the timeout are the session's: it must never go back to the pool.
  const end = () => session.release(true);
  try {
    const [row] = await query<{ won: boolean }>(
      session,
      'lead_try',
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS won',
      [`multiwa:${role}`],
    );
    if (!row?.won) {
      session.release();
      return undefined;
    }
    await session.query(`SET idle_session_timeout = ${Math.trunc(leaseMs)}`);
  } catch (error) {
    end();
    throw error;
  }
  let over = false;
  const endOnce = () => {
    if (!over) end();
    over = true;
  };
  return {
    async renew() {
      if (over) return false;
      try {
        await session.query('SELECT 1');
        return true;
      } catch {
        endOnce();
        return false;
      }
    },
    async release() {
      endOnce();
    },
  };
}
