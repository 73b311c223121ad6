import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { LauncherError } from '../errors.js';

const STEP_TIMEOUT_MS = 300_000;

export interface Step {
  /** What it does, for the error: "Migrating the database". */
  what: string;
  /** The built program. */
  entry: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/**
 * Runs a program that ends by itself and returns what it printed. It is told to print one sentence on its error stream
 * when it fails; that sentence becomes the error.
 */
export async function runStep(step: Step): Promise<string> {
  const child = spawn(process.execPath, [step.entry], {
    env: step.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([step.signal, AbortSignal.timeout(STEP_TIMEOUT_MS)]),
  });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  const [output, complaint, [code]] = await Promise.race([
    Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]),
    failed,
  ]);
  if (code === 0) return output;
  throw new LauncherError('migrate_failed', sentence(complaint) ?? `${step.what} failed with exit code ${code}.`, {
    cause: new Error(complaint),
  });
}

/** The first line that is for people: no stack, no warning of Node.js. */
function sentence(complaint: string): string | undefined {
  return complaint
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line && !line.startsWith('at ') && !line.startsWith('(') && !line.includes('Warning:'));
}
