import { spawnSync } from 'node:child_process';

const PROBE_TIMEOUT_MS = 5_000;
/** Oldest server the bus was tried with (Debian 12 ships it). */
const minimum = [2, 9, 10] as const;

/** The oldest accepted version, as text. */
export const minimumVersion = minimum.join('.');

/** Runs `nats-server --version`. Undefined when there is no such program or it is not a nats-server. */
export function versionOf(binary: string): string | undefined {
  const result = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: PROBE_TIMEOUT_MS });
  return /v(\d+\.\d+\.\d+)/.exec(result.stdout ?? '')?.[1];
}

/** Whether this version is at least the oldest accepted one. */
export function isAccepted(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of minimum.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
