import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { LauncherError } from '../errors.js';
import { writeFileAtomically } from '../system/files.js';
import { fetchRelease } from './fetch-release.js';
import { fetchWithApt } from './fetch-with-apt.js';
import { isAccepted, minimumVersion, versionOf } from './version.js';

export interface FindServerOptions {
  /** Where a downloaded program is kept; shared by every data directory of a checkout. */
  cacheDir: string;
  /** A program the operator chose (MULTIWA_NATS_SERVER). When given, nothing else is tried. */
  configured?: string;
  /** Programs looked for on the machine; by default `nats-server` on PATH, then /usr/sbin. */
  installed?: readonly string[];
  /** Ways to fetch it, tried in order. */
  sources?: readonly ServerSource[];
}

/** One way to fetch the program's bytes. */
export interface ServerSource {
  name: string;
  fetch(cacheDir: string): Promise<Uint8Array>;
}

const defaultSources: readonly ServerSource[] = [
  { name: 'the official release', fetch: fetchRelease },
  { name: 'apt-get download', fetch: fetchWithApt },
];

/**
 * Finds or fetches nats-server: the configured program, else one on the machine, else our cache, else the sources.
 * Nothing is installed system-wide. When all fail, the error names each step and three ways out.
 */
export async function findNatsServer(options: FindServerOptions): Promise<string> {
  const tried: string[] = [];
  const cached = path.join(options.cacheDir, process.platform === 'win32' ? 'nats-server.exe' : 'nats-server');
  const installed = options.installed ?? ['nats-server', '/usr/sbin/nats-server'];
  for (const binary of options.configured ? [options.configured] : [...installed, cached]) {
    const refusal = refuse(binary);
    if (!refusal) return binary;
    tried.push(`${binary} ${refusal}`);
  }
  for (const source of options.configured ? [] : (options.sources ?? defaultSources)) {
    try {
      return await fetchInto(cached, source);
    } catch (error) {
      tried.push(`${source.name}: ${reason(error)}`);
    }
  }
  throw new LauncherError(
    'nats_unavailable',
    `No nats-server ${minimumVersion} or newer could be found or fetched (${tried.join('; ')}): install it (brew install nats-server, or apt-get install nats-server), ` +
      'or set MULTIWA_NATS_SERVER to the path of the program, or set NATS_URL to a running server with JetStream.',
  );
}

function refuse(binary: string): string | undefined {
  const version = versionOf(binary);
  if (!version) return 'is not there';
  return isAccepted(version) ? undefined : `is ${version}, too old`;
}

async function fetchInto(file: string, source: ServerSource): Promise<string> {
  const dir = path.dirname(file);
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const program = await source.fetch(dir);
  writeFileAtomically(file, program, 0o755);
  const refusal = refuse(file);
  if (refusal) throw new Error(`what was fetched ${refusal}`);
  return file;
}

/** One line: a failed download hides its reason in the cause, a failed command in the last line it wrote. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause instanceof Error ? error.cause.message || error.message : error.message;
  const lines = inner.trim().split('\n');
  return (lines.find((line) => line.startsWith('E:')) ?? lines[0] ?? '').slice(0, 200);
}
