import pg from 'pg';
import type { ServiceName } from '../product/start-product.js';

const tables = ['SessionCredential', 'SignalKey', 'InboundJournal'];

/** Counts what one engine worker stores of sessions that it does not own, told by PostgreSQL itself. */
export interface WriteAudit {
  /** Rows of session state that it wrote as their owner: that there are any shows that the audit sees it. */
  ownWrites(): Promise<number>;
  /** Rows that it wrote while the lease named another worker, or none. */
  foreignWrites(): Promise<number>;
  /** When the worker last said in the database that it lives, in milliseconds since the epoch. */
  lastSeenMs(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Watches a worker whose connections carry its service's name, through triggers on the tables of session state. Each row that
 * it writes is compared with the lease as it stands in the same transaction.
 */
export async function startWriteAudit(databaseUrl: string, worker: ServiceName, pid: number): Promise<WriteAudit> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const number = async (sql: string, values: unknown[] = []) => {
    const { rows } = await client.query<{ figure: number }>(sql, values);
    return Number(rows[0]?.figure ?? 0);
  };
  await client.query(`
    CREATE TABLE chaos_write (profile_id text, own boolean);
    CREATE FUNCTION chaos_audit() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE profile text := CASE WHEN TG_OP = 'DELETE' THEN OLD."profileId" ELSE NEW."profileId" END;
    BEGIN
      IF current_setting('application_name') = TG_ARGV[0] THEN
        INSERT INTO chaos_write (profile_id, own) SELECT profile, EXISTS (
          SELECT FROM "SessionLease" l JOIN "EngineWorker" w ON w."id" = l."workerId"
          WHERE l."profileId" = profile AND w."pid" = TG_ARGV[1]::int
        );
      END IF;
      RETURN NULL;
    END $$;
    ${tables
      .map(
        (table) =>
          `CREATE TRIGGER chaos_audit AFTER INSERT OR UPDATE OR DELETE ON "${table}" FOR EACH ROW EXECUTE FUNCTION chaos_audit('${worker}', '${pid}');`,
      )
      .join('\n')}
  `);
  return {
    ownWrites: () => number('SELECT count(*)::int AS figure FROM chaos_write WHERE own'),
    foreignWrites: () => number('SELECT count(*)::int AS figure FROM chaos_write WHERE NOT own'),
    lastSeenMs: () =>
      number(
        `SELECT extract(epoch FROM "seenAt" AT TIME ZONE 'UTC')::float8 * 1000 AS figure FROM "EngineWorker" WHERE "pid" = $1`,
        [pid],
      ),
    async stop() {
      for (const table of tables) await client.query(`DROP TRIGGER chaos_audit ON "${table}"`);
      await client.query('DROP FUNCTION chaos_audit; DROP TABLE chaos_write');
      await client.end();
    },
  };
}
