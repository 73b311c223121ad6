import { parseArgs } from 'node:util';
import { connectBus } from '@multiwa/bus';
import { subjects } from '@multiwa/contracts';
import {
  asOnlyRotation,
  countByKey,
  type Database,
  openDatabase,
  type SealedTableName,
  sealedTableNames,
} from '@multiwa/db';
import {
  baseEnv,
  createLogger,
  encryptionKeyEnv,
  type Keyring,
  newEncryptionKey,
  openKeyring,
  readEnv,
  readKeyFile,
  writeKeyFile,
} from '@multiwa/runtime';
import { z } from 'zod';
import { CliError } from './cli-error.js';
import { type Resealed, resealAll } from './reseal-all.js';

const keysEnv = z.object({
  DATABASE_URL: baseEnv.DATABASE_URL,
  NATS_URL: baseEnv.NATS_URL.optional(),
  ...encryptionKeyEnv,
});
const NUDGE_TIMEOUT_MS = 3_000;

interface Context {
  database: Database;
  keyring: Keyring;
  /** Undefined where the keys are given by a variable, which only a restart changes. */
  keyFile: string | undefined;
  natsUrl: string | undefined;
  say(line: string): void;
}

/** `multiwa keys …`. */
export async function runKeys([verb, ...args]: readonly string[], say: (line: string) => void): Promise<number> {
  const options = readOptions(args);
  const env = readEnv(keysEnv);
  const keyring = openKeyring(env, { warn: (_fields, message) => console.warn(message) });
  const database = openDatabase({ url: env.DATABASE_URL, applicationName: 'multiwa-keys', poolSize: 3 });
  const context = { database, keyring, keyFile: env.MULTIWA_ENCRYPTION_KEY_FILE, natsUrl: env.NATS_URL, say };
  try {
    if (verb === 'list') return await list(context, options.json ?? false);
    if (verb !== 'rotate' && verb !== 'drop-old') {
      throw new CliError(`There is no command keys ${verb ?? ''}: see multiwa --help.`, 2);
    }
    const done = await asOnlyRotation(database.pool, async () => {
      if (verb === 'rotate') await rotate(context);
      if (verb === 'drop-old' || options['drop-old']) await dropOld(context);
      return true;
    });
    if (!done) throw new CliError('Another rotation of this database is running: wait for its end.');
    return 0;
  } finally {
    await database.close();
  }
}

function readOptions(args: readonly string[]): { json?: boolean; 'drop-old'?: boolean } {
  try {
    const options = { json: { type: 'boolean' }, 'drop-old': { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new CliError(`${error instanceof Error ? error.message : error} See multiwa --help.`, 2);
  }
}

interface KeyUse {
  id: string;
  role: 'seals' | 'opens' | 'missing';
  rows: Record<SealedTableName, number>;
}

async function uses({ database, keyring }: Context): Promise<KeyUse[]> {
  const counts = await countByKey(database.pool);
  const given = keyring.keyIds();
  const ids = new Set([...given, ...sealedTableNames.flatMap((name) => [...counts[name].keys()])]);
  return [...ids].map((id) => ({
    id,
    role: id === given[0] ? 'seals' : given.includes(id) ? 'opens' : 'missing',
    rows: Object.fromEntries(sealedTableNames.map((name) => [name, counts[name].get(id) ?? 0])) as KeyUse['rows'],
  }));
}

async function list(context: Context, json: boolean): Promise<number> {
  const keys = await uses(context);
  if (json) {
    context.say(JSON.stringify({ keys }));
    return 0;
  }
  const line = (cells: readonly (string | number)[]) =>
    cells
      .map((cell) => String(cell).padEnd(13))
      .join('')
      .trimEnd();
  context.say(line(['key', 'role', ...sealedTableNames]));
  for (const { id, role, rows } of keys) context.say(line([id, role, ...sealedTableNames.map((name) => rows[name])]));
  return 0;
}

function sealedUnder({ rows }: KeyUse): number {
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

/** Seals everything under the key in front; makes one first, unless an earlier rotation is not finished. */
async function rotate(context: Context): Promise<void> {
  const { keyring, keyFile, say } = context;
  const unfinished = (await uses(context)).some((key) => key.role !== 'seals' && sealedUnder(key) > 0);
  if (unfinished)
    say(`Not everything is sealed under the key in front (${keyring.keyIds()[0]}) yet: going on with that.`);
  else if (keyFile === undefined) {
    if (keyring.keyIds().length < 2) {
      throw new CliError(
        'The keys are given by MULTIWA_ENCRYPTION_KEY, which this command cannot change: put a new key in front first, as docs/runbooks/key-rotation.md says.',
      );
    }
    say('Everything is sealed under the key in front.');
  } else {
    const key = newEncryptionKey();
    writeKeys(keyFile, [key, ...readKeyFile(keyFile)]);
    keyring.reload();
    await nudge(context);
    say(`New key ${key.id} is in front of ${keyFile}; keep a copy of that file elsewhere.`);
  }
  tell(await resealAll(context), say);
}

function tell({ resealed, unreadable, passes }: Resealed, say: (line: string) => void): void {
  if (unreadable > 0) {
    throw new CliError(
      `${unreadable} values cannot be opened with the keys at hand and stay as they are: see multiwa keys list, and add the missing key.`,
    );
  }
  say(`Sealed ${resealed} values anew in ${passes} passes; nothing is left under another key.`);
}

/** Removes the former keys; verifies again that nothing needs them. */
async function dropOld(context: Context): Promise<void> {
  const { keyring, keyFile, say } = context;
  tell(await resealAll(context), () => undefined);
  const needed = (await uses(context)).filter((key) => key.role !== 'seals' && sealedUnder(key) > 0);
  if (needed.length > 0) throw new CliError(`Key ${needed[0]?.id} is still needed: run multiwa keys rotate first.`);
  const [current, ...former] = keyring.keyIds();
  if (keyFile === undefined) {
    say(`Nothing needs another key than ${current}: set MULTIWA_ENCRYPTION_KEY to it alone.`);
    return;
  }
  writeKeys(keyFile, readKeyFile(keyFile).slice(0, 1));
  keyring.reload();
  await nudge(context);
  say(
    `Dropped ${former.length === 0 ? 'nothing: there was one key' : former.join(', ')}. Older backups still need what was dropped.`,
  );
}

function writeKeys(file: string, keys: Parameters<typeof writeKeyFile>[1]): void {
  try {
    writeKeyFile(file, keys);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : error;
    throw new CliError(`${file} cannot be written (${why}): change it by hand, as docs/runbooks/key-rotation.md says.`);
  }
}

/** Tells the services at once; without it they look within a second, before they seal. */
async function nudge({ natsUrl, say }: Context): Promise<void> {
  if (natsUrl === undefined) return;
  const connected = connectBus({ url: natsUrl, name: 'multiwa-keys', logger: createLogger('multiwa', 'silent') });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), NUDGE_TIMEOUT_MS);
  });
  const bus = await Promise.race([connected, late]);
  clearTimeout(timer);
  connected
    .then(async (tooLate) => {
      if (!bus) await tooLate.close();
    })
    .catch(() => undefined);
  bus?.nudge(subjects.nudge.keys);
  await bus?.close();
  if (!bus) say('NATS does not answer: the services will look at the key file by themselves.');
}
