import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { linkProfile } from '../link-profile.js';
import { type Product, startProduct } from '../product/start-product.js';
import { waitFor } from '../wait-for.js';
import type { BareSessionsAnswer, BareSessionsRequest } from './bare-sessions.js';
import { type Child, startChild } from './child.js';
import { engineUsage } from './engine-metrics.js';
import { sideBySide } from './side-by-side.js';

export interface SessionsOptions {
  profiles: number;
  /** Idle time before memory is read: what opening left behind is given back meanwhile. */
  settleSeconds: number;
}

export interface SessionsResult {
  bench: 'sessions';
  profiles: number;
  /** Resident memory of the engine process with all profiles open and idle, and with none. */
  rssMb: number;
  emptyRssMb: number;
  perProfileMb: number;
  /** The same of the bare sockets' process. */
  bareRssMb: number;
  bareEmptyRssMb: number;
  barePerProfileMb: number;
  ratio: number;
  /** From the start of the engine process to the last profile that the database calls CONNECTED. */
  openMs: number;
  /** From the first socket to the last open connection; the process runs already. */
  bareOpenMs: number;
}

const SERVICES = ['sandbox', 'events', 'engine-sandbox', 'gateway'] as const;
const LINKING = 8;
const OPEN_TIMEOUT_MS = 600_000;
const LOOK_EVERY_MS = 200;
const MIB = 1_048_576;

type Bare = Child<BareSessionsRequest, BareSessionsAnswer>;

/**
 * Memory of one engine process that holds so many linked, idle profiles, and the time to open them all after its start;
 * beside one process with as many bare sockets of the client library, keys in memory, on the same simulated network.
 * Each side links its numbers first, in another process than the one that is measured.
 */
export async function benchSessions({ profiles, settleSeconds }: SessionsOptions): Promise<SessionsResult> {
  console.info(`sessions: ${profiles} profiles in one engine process, beside as many bare sockets`);
  const capacity = String(Math.max(profiles, 1_000));
  const product = await startProduct({ services: SERVICES, env: { MULTIWA_ENGINE_CAPACITY: capacity } });
  const settle = () => delay(settleSeconds * 1_000);
  try {
    await settle();
    const empty = (await engineUsage(product)).rssBytes / MIB;
    const names = Array.from({ length: profiles }, (_, index) => `Bench ${index + 1}`);
    await sideBySide(names, LINKING, async (name) => void (await linkProfile(product, name)));
    console.info(`  the product's ${profiles} profiles are linked`);
    await product.services.stop('engine-sandbox');
    const openMs = await openAll(product, profiles);
    await settle();
    const rss = (await engineUsage(product)).rssBytes / MIB;
    console.info(`  engine        ${rss.toFixed(0)} MB, open after ${(openMs / 1_000).toFixed(1)} s`);
    await product.services.stop('engine-sandbox');
    const bare = await measureBare(product, profiles, settle);
    console.info(`  bare sockets  ${bare.rss.toFixed(0)} MB, open after ${(bare.openMs / 1_000).toFixed(1)} s`);
    const perProfile = (rss - empty) / profiles;
    const barePerProfile = (bare.rss - bare.empty) / profiles;
    return {
      bench: 'sessions',
      profiles,
      rssMb: round(rss, 1),
      emptyRssMb: round(empty, 1),
      perProfileMb: round(perProfile, 3),
      bareRssMb: round(bare.rss, 1),
      bareEmptyRssMb: round(bare.empty, 1),
      barePerProfileMb: round(barePerProfile, 3),
      ratio: round(perProfile / barePerProfile, 3),
      openMs: Math.round(openMs),
      bareOpenMs: Math.round(bare.openMs),
    };
  } finally {
    await product.stop();
  }
}

/** @returns resident memory in MB without and with the sockets, and the milliseconds to open them. */
async function measureBare(product: Product, count: number, settle: () => Promise<void>) {
  const { sandbox, sandboxUrl, dataDir } = product;
  const file = path.join(dataDir, 'bare-sessions.txt');
  const phones = (await sandbox.createPhones({ count, prefix: '62877' })).map(({ phone }) => phone);
  await inChild(async (linking) => {
    await linking.ask({ do: 'link', sandboxUrl, phones, file });
  });
  console.info(`  ${count} bare sockets are linked`);
  try {
    return await inChild(async (bare) => {
      await settle();
      const empty = await rssOf(bare);
      const opened = await bare.ask({ do: 'open', sandboxUrl, file });
      if (!('openMs' in opened)) throw new Error('the bare sockets did not open');
      await settle();
      return { empty, rss: await rssOf(bare), openMs: opened.openMs };
    });
  } finally {
    rmSync(file, { force: true });
  }
}

async function inChild<T>(work: (child: Bare) => Promise<T>): Promise<T> {
  const child: Bare = startChild('bare-sessions.js');
  try {
    return await work(child);
  } finally {
    await child.stop();
  }
}

async function rssOf(bare: Bare): Promise<number> {
  const answer = await bare.ask({ do: 'usage' });
  if (!('rssBytes' in answer)) throw new Error('the bare process answered something else');
  return answer.rssBytes / MIB;
}

/** Starts the engine; @returns milliseconds until the last profile is CONNECTED, in the engine and in the database. */
async function openAll(product: Product, profiles: number): Promise<number> {
  const database = new pg.Pool({ connectionString: product.databaseUrl, max: 1 });
  const count = async (sql: string) => Number((await database.query<{ count: string }>(sql)).rows[0]?.count);
  try {
    const options = { timeoutMs: OPEN_TIMEOUT_MS, everyMs: LOOK_EVERY_MS };
    // Leases that the end of the engine before left behind would count as time to open.
    const HELD = 'SELECT count(*) FROM "SessionLease" WHERE "workerId" IS NOT NULL AND "expiresAt" > now()';
    await waitFor(async () => (await count(HELD)) === 0, { what: 'all leases to be free', ...options });
    const startedAt = performance.now();
    await product.services.start('engine-sandbox');
    const CONNECTED = `SELECT count(*) FROM "Profile" WHERE "status" = 'CONNECTED'`;
    await waitFor(
      async () => (await engineUsage(product)).connected === profiles && (await count(CONNECTED)) === profiles,
      { what: 'all profiles to be connected', ...options },
    );
    return performance.now() - startedAt;
  } finally {
    await database.end();
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
