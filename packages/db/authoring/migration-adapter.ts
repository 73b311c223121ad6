import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>;

const CONNECT_TIMEOUT_MS = 10_000;
const CHAR_OID = 18;
const CHARACTER_COLUMN = 6;
// What the catalog's own types (char, name and arrays of them) are told to be: text and text[].
const knownOids = new Map([
  [CHAR_OID, 25],
  [19, 25],
  [1002, 1009],
  [1003, 1009],
]);

/**
 * The adapter of Prisma's schema engine, for the commands that authors run (`prisma migrate dev|diff|status`).
 * The stock adapter fails on any database that holds a table, for three reasons, mended here:
 * - it does not know the catalog's types `name` and `char` (prisma/orm issue 27403);
 * - it cuts a script at every `;`, which breaks function bodies, and runs the pieces on different connections;
 * - given a `connectionString`, pg lets it override the name of the shadow database, so that Prisma would compare
 *   the schema with (and wipe) the main one: only separate fields are handed over.
 */
export class MigrationAdapter extends PrismaPg {
  readonly #config: pg.PoolConfig;

  constructor(url: string) {
    const config = fieldsOf(url);
    super(config);
    this.#config = config;
  }

  override async connect(): Promise<Adapter> {
    return this.#open(this.#config);
  }

  override async connectToShadowDb(): Promise<Adapter> {
    const main = await this.connect();
    const database = `prisma_migrate_shadow_${crypto.randomUUID()}`;
    await main.executeScript(`CREATE DATABASE "${database}"`);
    const shadow = await this.#open({ ...this.#config, database });
    const closeShadow = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await closeShadow();
      await main.executeScript(`DROP DATABASE "${database}" WITH (FORCE)`);
      await main.dispose();
    };
    return shadow;
  }

  async #open(config: pg.PoolConfig): Promise<Adapter> {
    const charColumns = new WeakMap<unknown[], boolean[]>();
    const pool = relabelResults(new pg.Pool(config), charColumns);
    const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const set = await queryRaw(query);
      const isChar = charColumns.get(set.rows) ?? [];
      return { ...set, columnTypes: set.columnTypes.map((type, at) => (isChar[at] ? CHARACTER_COLUMN : type)) };
    };
    // Without arguments pg uses the simple protocol, which takes a script whole, on one connection.
    adapter.executeScript = async (sql) => {
      await adapter.executeRaw({ sql, args: [], argTypes: [] });
    };
    return adapter;
  }
}

function fieldsOf(url: string): pg.PoolConfig {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  return {
    host: searchParams.get('host') ?? hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password) || undefined,
    database: decodeURIComponent(pathname.slice(1)),
    ssl: ['require', 'verify-ca', 'verify-full'].includes(searchParams.get('sslmode') ?? ''),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 50,
    allowExitOnIdle: true,
  };
}

/** A pool whose results name only types that the stock adapter knows; `charColumns` remembers which were `char`. */
function relabelResults(pool: pg.Pool, charColumns: WeakMap<unknown[], boolean[]>): pg.Pool {
  const query = async (...args: unknown[]): Promise<unknown> => {
    const result: unknown = await Reflect.apply(pool.query, pool, args);
    if (!isResult(result)) return result;
    charColumns.set(
      result.rows,
      result.fields.map(({ dataTypeID }) => dataTypeID === CHAR_OID),
    );
    for (const field of result.fields) field.dataTypeID = knownOids.get(field.dataTypeID) ?? field.dataTypeID;
    return result;
  };
  return new Proxy(pool, {
    get(target, key) {
      if (key === 'query') return query;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A script of many statements yields an array of results, which nobody reads. */
function isResult(result: unknown): result is pg.QueryArrayResult {
  return typeof result === 'object' && result !== null && 'fields' in result;
}
