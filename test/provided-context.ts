import 'vitest';

/** What test/global-setup.ts hands to every test file through vitest's `inject`. */
declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the run's PostgreSQL, database `postgres`; for creating databases of one's own. */
    postgresUrl: string;
    /** URL of the run's NATS server with JetStream, shared by all files. */
    natsUrl: string;
    /** Name of a migrated database to copy: `CREATE DATABASE … TEMPLATE` takes about 20 ms. */
    templateDatabase: string;
  }
}
