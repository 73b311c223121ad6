import pg from 'pg';

/** What the database layer refuses; messages are for operators, not for customers. */
export type DbErrorCode =
  | 'database_not_configured'
  | 'database_unreachable'
  | 'database_newer'
  | 'migration_edited'
  | 'migration_failed'
  | 'migration_failed_earlier'
  | 'migrations_missing'
  | 'session_linked'
  | 'stale_generation';

/** An error of ours with a stable `code`; what the server or driver said is the `cause`. */
export class DbError extends Error {
  readonly code: DbErrorCode;

  constructor(code: DbErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DbError';
    this.code = code;
  }
}

/** A write of session state by a worker that no longer owns the profile (promise 4); nothing of it was kept. */
export class StaleGenerationError extends DbError {
  readonly profileId: string;
  readonly generation: number;

  constructor(profileId: string, generation: number) {
    super('stale_generation', `Generation ${generation} of profile ${profileId} is not the current one.`);
    this.name = 'StaleGenerationError';
    this.profileId = profileId;
    this.generation = generation;
  }
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
const PRISMA_UNIQUE_VIOLATION = 'P2002';
const PRISMA_FOREIGN_KEY_VIOLATION = 'P2003';
const CONNECTION_EXCEPTION_CLASS = '08';
// The server stops, was killed, or still starts.
const serverAway = new Set(['57P01', '57P02', '57P03']);
// Prisma's names of the same: not reachable, not within its time, closed by the server.
const prismaAway = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024']);
const socketErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);

/** The SQLSTATE of a server's error, Prisma's code, or a socket's: whatever stands in `code`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // What Prisma has no code for it hands on as its driver's error, with the server's as a plain object.
  const { code } =
    'code' in error || error.name !== 'DriverAdapterError' ? (error as { code?: unknown }) : causeOf(error);
  return typeof code === 'string' ? code : undefined;
}

function causeOf({ cause }: Error): { code?: unknown } {
  if (typeof cause !== 'object' || cause === null) return {};
  const { originalCode, code } = cause as { originalCode?: unknown; code?: unknown };
  return { code: originalCode ?? code };
}

/** A row with that key exists, told by pg or by Prisma; with `constraint` only that one (known for pg only). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const code = errorCode(error);
  if (constraint)
    return code === UNIQUE_VIOLATION && error instanceof pg.DatabaseError && error.constraint === constraint;
  return code === UNIQUE_VIOLATION || code === PRISMA_UNIQUE_VIOLATION;
}

/** A row refers to one that does not exist, or is referred to still; told by pg or by Prisma. */
export function isForeignKeyViolation(error: unknown): boolean {
  const code = errorCode(error);
  return code === FOREIGN_KEY_VIOLATION || code === PRISMA_FOREIGN_KEY_VIOLATION;
}

/** The server undid the transaction because of another one: doing it again is safe and usually works. */
export function isTransactionConflict(error: unknown): boolean {
  const code = errorCode(error);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

/** The server is away or the connection broke: whether a commit in flight happened is unknown. */
export function isConnectionError(error: unknown): boolean {
  const code = errorCode(error);
  if (code === undefined)
    return (
      error instanceof Error &&
      /^(Connection terminated|timeout e|Query read timeout|Client has encountered a connection error)/.test(
        error.message,
      )
    );
  return (
    prismaAway.has(code) ||
    socketErrors.has(code) ||
    serverAway.has(code) ||
    code.startsWith(CONNECTION_EXCEPTION_CLASS)
  );
}
