// Builds, then runs one built program of the repository with the arguments given, and ends as it ends.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { bootstrap, root, toolEnv } from './bootstrap.mjs';

/** `entry` is a path from the repository's root. */
export function runProgram(entry) {
  bootstrap();
  const child = spawn(process.execPath, [path.join(root, entry), ...process.argv.slice(2)], {
    env: toolEnv,
    stdio: 'inherit',
  });
  // The terminal tells the child too; this process only has to outlive it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
}
