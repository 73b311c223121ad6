import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory that PostgreSQL's unprivileged account can pass through, removed after the test. */
export function temporaryDir(mode = 0o711): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-test-'));
  chmodSync(dir, mode);
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}
