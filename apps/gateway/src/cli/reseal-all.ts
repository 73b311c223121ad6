import { setTimeout as sleep } from 'node:timers/promises';
import {
  currentTransaction,
  type Database,
  readSealed,
  type SealedRow,
  type SealedTableName,
  sealedTableNames,
  swapSealed,
  writesEnded,
} from '@multiwa/db';
import { sealedPlaces } from '@multiwa/domain';
import { KEY_FILE_LOOK_MS, type Keyring, UnreadableError } from '@multiwa/runtime';
import { CliError } from './cli-error.js';

/** Small enough that a batch is over in some milliseconds, beside engines at work. */
const BATCH = 500;
const PAUSE_MS = 100;
/** Rows that writers keep locked are met again in the next pass. */
const MAX_PASSES = 200;
/** Longer than any statement may take. */
const WRITES_END_MS = 45_000;

const places: Record<SealedTableName, (...key: string[]) => string> = {
  credentials: (profileId = '') => sealedPlaces.credential(profileId),
  signalKeys: (profileId = '', type = '', name = '') => sealedPlaces.signalKey(profileId, type, name),
  journal: (profileId = '', entryId = '') => sealedPlaces.journal(profileId, entryId),
  webhooks: (endpointId = '') => sealedPlaces.webhook(endpointId),
  proxies: (profileId = '') => sealedPlaces.proxy(profileId),
};

export interface Resealed {
  resealed: number;
  /** Left as they are: no key at hand opens them. */
  unreadable: number;
  passes: number;
}

interface Deps {
  database: Database;
  keyring: Keyring;
}

/**
 * Seals every value that another key sealed anew under the one in front, while engines run and write: a value is replaced only
 * where it still stands as it was read. On return nothing is left under another key, and nobody writes under one any more: every
 * service has looked at the keys since, and every write from before has ended. What it has done stays done when it is
 * interrupted.
 */
export async function resealAll(deps: Deps): Promise<Resealed> {
  const startedMs = performance.now();
  const total: Resealed = { resealed: 0, unreadable: 0, passes: 0 };
  await passUntilNothingIsLeft(deps, total);
  await sleep(Math.max(0, startedMs + 2 * KEY_FILE_LOOK_MS - performance.now()));
  await untilWritesEnded(deps.database);
  await passUntilNothingIsLeft(deps, total);
  return total;
}

async function passUntilNothingIsLeft({ database, keyring }: Deps, total: Resealed): Promise<void> {
  for (let pass = 1; ; pass += 1) {
    let missed = 0;
    total.unreadable = 0;
    for (const name of sealedTableNames) {
      const done = await resealTable({ database, keyring }, name);
      total.resealed += done.resealed;
      total.unreadable += done.unreadable;
      missed += done.missed;
    }
    total.passes += 1;
    if (missed === 0) return;
    if (pass === MAX_PASSES) throw new CliError(`${missed} values are being written all the time: run this again.`);
    await sleep(PAUSE_MS);
  }
}

async function resealTable({ database, keyring }: Deps, name: SealedTableName) {
  const current = keyring.keyIds()[0] ?? '';
  const done = { resealed: 0, unreadable: 0, missed: 0 };
  let after: string[] | undefined;
  for (;;) {
    const rows = await readSealed(database.pool, name, { notKeyId: current, after, limit: BATCH });
    const fresh = rows.flatMap((row) => reseal(keyring, name, row));
    const resealed = await swapSealed(database.pool, name, current, fresh);
    done.resealed += resealed;
    done.missed += fresh.length - resealed;
    done.unreadable += rows.length - fresh.length;
    if (rows.length < BATCH) return done;
    after = rows.at(-1)?.key;
  }
}

function reseal(keyring: Keyring, name: SealedTableName, { key, keyId, ciphertext }: SealedRow) {
  const place = places[name](...key);
  try {
    const sealed = keyring.seal(place, keyring.openBytes(place, { keyId, ciphertext }));
    return [{ key, old: ciphertext, ciphertext: sealed.ciphertext }];
  } catch (error) {
    if (error instanceof UnreadableError) return [];
    throw error;
  }
}

async function untilWritesEnded({ pool }: Database): Promise<void> {
  const transaction = await currentTransaction(pool);
  const deadline = performance.now() + WRITES_END_MS;
  while (!(await writesEnded(pool, transaction))) {
    if (performance.now() > deadline) {
      throw new CliError('A transaction from before has been running for long: end it, then run this again.');
    }
    await sleep(PAUSE_MS);
  }
}
