import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { waitFor } from './wait-for.js';

/** A child process with what it has printed so far. */
export interface Child {
  process: ChildProcess;
  pid: number;
  output(): string;
  complaints(): string;
  /** Exit code once it has ended, null when a signal ended it. */
  ended(): Promise<number | null>;
}

/** Absolute path of a file in test/fixtures. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** Runs a script with Node.js; killed after the test when it has not ended. */
export function runScript(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let complaints = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    process: child,
    pid: child.pid ?? 0,
    output: () => output,
    complaints: () => complaints,
    ended: () => ended,
  };
}

/** Waits for the first line that a child prints. */
export function firstLine(child: Child): Promise<string> {
  return waitFor('a first line', () => {
    if (child.process.exitCode !== null) throw new Error(`ended early: ${child.complaints()}`);
    return child.output().includes('\n') && child.output().split('\n')[0];
  });
}
