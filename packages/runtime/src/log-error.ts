/** Causes of causes that are shown. */
const MAX_CAUSES = 4;

interface LoggedError {
  type: string;
  message: string;
  /** A system's, a database's or one of our own. */
  code?: string | number;
  stack?: string;
  cause?: LoggedError;
  errors?: LoggedError[];
}

/**
 * What is logged of an error: these fields and no others. Libraries hang on it whatever they had at hand, such as the
 * database client with the keys of its connection, or the values that broke a constraint.
 */
export function logError(error: unknown, depth = 0): unknown {
  return error instanceof Error ? shown(error, depth) : error;
}

function shown(error: Error, depth: number): LoggedError {
  const logged: LoggedError = { type: error.constructor.name, message: error.message };
  if ('code' in error && (typeof error.code === 'string' || typeof error.code === 'number')) logged.code = error.code;
  if (error.stack !== undefined) logged.stack = error.stack;
  if (depth >= MAX_CAUSES) return logged;
  if (error.cause instanceof Error) logged.cause = shown(error.cause, depth + 1);
  if (error instanceof AggregateError) {
    logged.errors = error.errors.flatMap((each) => (each instanceof Error ? shown(each, depth + 1) : []));
  }
  return logged;
}
