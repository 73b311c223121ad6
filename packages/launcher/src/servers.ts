import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type NatsServer, startNats } from './nats/start-nats.js';
import { type PostgresServer, startPostgres } from './postgres/start-postgres.js';

export interface ServersOptions {
  /** Kept after stop when given; by default a temporary directory that stop removes. */
  dataDir?: string;
  /** false trades safety against a crash for speed; for throw-away data only. */
  durable?: boolean;
  /** NATS lets only known users in, as in the product. */
  natsUsers?: boolean;
}

export interface Servers {
  /** The one that runs now: another after a restart, at the same address. */
  readonly postgres: PostgresServer;
  readonly nats: NatsServer;
  dataDir: string;
  /** Ends one, by default in order, and starts it again on the same data and port; `crash` ends it as a failure would. */
  restart(server: 'postgres' | 'nats', how?: 'stop' | 'crash'): Promise<void>;
  stop(): Promise<void>;
}

interface Stoppable {
  stop(): Promise<void>;
}

const careless = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];

/** Starts a PostgreSQL and a NATS server of one's own, on free ports: for tests and trials. */
export async function startServers(options: ServersOptions = {}): Promise<Servers> {
  const dataDir = options.dataDir ?? temporaryDir();
  const durable = options.durable ?? true;
  const makePostgres = (port?: number) =>
    startPostgres({ dataDir: path.join(dataDir, 'postgres'), port, flags: durable ? [] : careless, syncInit: durable });
  const makeNats = (port?: number) =>
    startNats({ dataDir: path.join(dataDir, 'nats'), port, users: options.natsUsers });
  let [postgres, nats] = await bothOrNeither(makePostgres(), makeNats());
  return {
    get postgres() {
      return postgres;
    },
    get nats() {
      return nats;
    },
    dataDir,
    async restart(server, how = 'stop') {
      const running = server === 'postgres' ? postgres : nats;
      if (how === 'crash') running.kill();
      else await running.stop();
      await running.exited;
      if (server === 'postgres') postgres = await makePostgres(running.port);
      else nats = await makeNats(running.port);
    },
    async stop() {
      await Promise.all([postgres.stop(), nats.stop()]);
      if (options.dataDir) return;
      rmSync(postgres.dir, { recursive: true, force: true });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Root's PostgreSQL runs as `nobody`, which must be able to pass through the directory. */
function temporaryDir(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-'));
  chmodSync(dir, 0o711);
  return dir;
}

async function bothOrNeither<A extends Stoppable, B extends Stoppable>(
  first: Promise<A>,
  second: Promise<B>,
): Promise<[A, B]> {
  try {
    return await Promise.all([first, second]);
  } catch (error) {
    const settled = await Promise.allSettled<Stoppable>([first, second]);
    await Promise.all(settled.map((each) => each.status === 'fulfilled' && each.value.stop()));
    throw error;
  }
}
