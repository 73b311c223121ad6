import { execFile } from 'node:child_process';
import path from 'node:path';
import { repositoryRoot } from '../../../packages/launcher/dist/index.js';
import type { Product } from '../../../packages/testkit/dist/index.js';

const TIMEOUT_MS = 90_000;
const program = path.join(repositoryRoot, 'packages/launcher/dist/multiwa.js');

export interface CommandResult {
  exitCode: number;
  output: string;
  complaint: string;
}

/** Runs `multiwa …` beside a running product, as an operator does on its machine. */
export function multiwa(
  { dataDir, url, apiKey }: Pick<Product, 'dataDir' | 'url' | 'apiKey'>,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<CommandResult> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, MULTIWA_URL: url, MULTIWA_API_KEY: apiKey, ...more };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...args, '--data-dir', dataDir],
      { env, timeout: TIMEOUT_MS },
      (_error, output, complaint) => resolve({ exitCode: child.exitCode ?? 1, output, complaint }),
    );
  });
}
