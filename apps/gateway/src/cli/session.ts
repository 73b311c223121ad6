import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { importedSessionSchema, problemSchema } from '@multiwa/contracts';
import { readEnv } from '@multiwa/runtime';
import { z } from 'zod';
import { CliError } from './cli-error.js';

const sessionEnv = z.object({
  MULTIWA_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:3000'),
  MULTIWA_API_KEY: z.string().min(1).optional(),
  MULTIWA_PASSPHRASE: z.string().min(1).optional(),
});
const REQUEST_TIMEOUT_MS = 120_000;
const OWNER_ONLY = 0o600;

interface Options {
  profile?: string;
  file?: string;
  'baileys-folder'?: string;
  'passphrase-file'?: string;
  url?: string;
  release?: boolean;
}

/** `multiwa session …`, over the API: it works wherever that is reached. */
export async function runSession([verb, ...args]: readonly string[], say: (line: string) => void): Promise<number> {
  const options = readOptions(args);
  const env = readEnv(sessionEnv);
  const profile = required(options.profile, '--profile');
  const post = (path: string, body?: unknown) =>
    call(options.url ?? env.MULTIWA_URL, env.MULTIWA_API_KEY, profile, path, body);
  const passphrase = () => readPassphrase(options, env.MULTIWA_PASSPHRASE);
  if (verb === 'export') {
    const file = required(options.file, '--file');
    if (existsSync(file)) throw new CliError(`${file} exists: name another file.`);
    const body = { passphrase: passphrase(), release: options.release ?? false };
    writeFileSync(file, await post('export', body), { mode: OWNER_ONLY, flag: 'wx' });
    say(`The session is in ${file}.${options.release ? ' This profile has let go of it.' : ''}`);
  } else if (verb === 'import') {
    const answer = await post(
      'import',
      options['baileys-folder']
        ? folder(options['baileys-folder'])
        : {
            format: 'multiwa',
            passphrase: passphrase(),
            file: read(required(options.file, '--file or --baileys-folder')),
          },
    );
    const { phone, keys } = importedSessionSchema.parse(JSON.parse(answer));
    say(
      `Profile ${profile} has the session of +${phone} (${keys} keys): connect it, and never open it where it came from.`,
    );
  } else if (verb === 'restore') {
    await post('restore');
    say(`Profile ${profile} has its session back.`);
  } else {
    throw new CliError(`There is no command session ${verb ?? ''}: see multiwa --help.`, 2);
  }
  return 0;
}

function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        profile: text,
        file: text,
        'baileys-folder': text,
        'passphrase-file': text,
        url: text,
        release: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new CliError(`${error instanceof Error ? error.message : error} See multiwa --help.`, 2);
  }
}

function required(value: string | undefined, name: string): string {
  if (value) return value;
  throw new CliError(`${name} is missing: see multiwa --help.`, 2);
}

/** Not an option: the command line of a process can be read by everybody on the machine. */
function readPassphrase(options: Options, given: string | undefined): string {
  const file = options['passphrase-file'];
  const passphrase = file ? read(file).replace(/\r?\n$/, '') : given;
  if (passphrase) return passphrase;
  throw new CliError('A passphrase is needed: set MULTIWA_PASSPHRASE, or name a --passphrase-file.', 2);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`${file} cannot be read (${error instanceof Error && 'code' in error ? error.code : error}).`);
  }
}

/** The JSON files of a folder that Baileys keeps; what else lies there is not the session's. */
function folder(directory: string) {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  } catch {
    throw new CliError(`${directory} is not a folder that can be read.`);
  }
  const files = Object.fromEntries(names.map((name) => [name, parse(path.join(directory, name))]));
  return { format: 'baileys-multi-file', files };
}

function parse(file: string): unknown {
  try {
    return JSON.parse(read(file));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${file} is not JSON: was it being written?`);
  }
}

async function call(
  url: string,
  apiKey: string | undefined,
  profile: string,
  path: string,
  body?: unknown,
): Promise<string> {
  const address = new URL(`/api/v1/profiles/${encodeURIComponent(profile)}/session/${path}`, url);
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      method: 'POST',
      headers: {
        'x-api-key': required(apiKey, 'MULTIWA_API_KEY'),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`No gateway answers at ${address.origin}: is it running, and is MULTIWA_URL right?`);
  }
  if (response.ok) return text;
  const problem = problemSchema.safeParse(jsonOf(text));
  if (!problem.success) throw new CliError(`Something that is not MultiWA answered ${response.status}.`);
  const { code, detail, errors = [] } = problem.data;
  throw new CliError(
    [`${detail} (${code})`, ...errors.map(({ pointer, message }) => `  ${pointer} ${message}`)].join('\n'),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
