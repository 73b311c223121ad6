import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.js';
import { runTransaction } from './transaction.js';

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
// On top of the server's own limit, for a server that no longer answers at all.
const ANSWER_GRACE_MS = 5_000;
/**
 * A process that freezes inside a transaction keeps its row locks, among them the fence that makes claims pass a
 * lease by: the server ends such a transaction, so that the profile can move to a living worker.
 */
const IDLE_TRANSACTION_TIMEOUT_MS = 15_000;
const POOL_SIZE = 10;

const INT8 = 20;
const TIMESTAMP = 1114;

export interface DatabaseOptions {
  url: string;
  /** Connections at most, shared by Prisma and the pool's own users. */
  poolSize?: number;
  /** Shown in pg_stat_activity: name the app. */
  applicationName?: string;
  /** The server ends a statement that takes longer. */
  statementTimeoutMs?: number;
  /** Told of connections that broke while idle; they are replaced by themselves. */
  onIdleError?: (error: Error) => void;
}

export interface OwnConnectionOptions {
  applicationName: string;
  /** For connecting, and for each statement. */
  timeoutMs: number;
}

export interface Database {
  /** For reading and for writes that are not hot; a create costs about 0.7 ms of this process's CPU. */
  prisma: PrismaClient;
  /** For hot paths: named statements through `query` and `execute`. */
  pool: pg.Pool;
  /**
   * Runs `work` in one READ COMMITTED transaction on one connection: committed when it resolves, undone when it throws.
   * Repeated (so: no outside effects in it) when the server reports a serialization failure or a deadlock.
   */
  transaction<T>(work: (tx: pg.PoolClient) => Promise<T>): Promise<T>;
  /** A connection outside the pool, not yet connected, for what belongs to a session of the server. The caller ends it. */
  ownConnection(options: OwnConnectionOptions): pg.Client;
  /** Waits for what is checked out, then closes all connections. */
  close(): Promise<void>;
}

// Columns hold UTC without a zone, as Prisma makes them; pg would write a Date in this machine's zone instead.
pg.defaults.parseInputDatesAsUTC = true;

const types = new pg.TypeOverrides();
types.setTypeParser(TIMESTAMP, (text) => new Date(`${text.replace(' ', 'T')}Z`));
types.setTypeParser(INT8, (text) => BigInt(text));

/** What every connection has. */
const session = {
  keepAlive: true,
  // now() and CURRENT_TIMESTAMP land in columns without a zone.
  options: '-c TimeZone=UTC',
  types,
};

/** Opens one pool of connections for Prisma and for hand-written SQL. Connects at first use. Who opens, closes. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = openPool(options);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    pool,
    transaction: (work) => runTransaction(pool, work),
    ownConnection: (own) => openConnection(options.url, own),
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

function openPool(options: DatabaseOptions): pg.Pool {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? POOL_SIZE,
    application_name: options.applicationName ?? 'multiwa',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    ...session,
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  // A connection that breaks while checked out also rejects the query at work; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function openConnection(url: string, { applicationName, timeoutMs }: OwnConnectionOptions): pg.Client {
  return new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    // For a server that no longer answers at all.
    query_timeout: timeoutMs,
    ...session,
  });
}
