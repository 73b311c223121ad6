import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A file that is older than this belongs to a process that died. */
const LEFT_BEHIND_MS = 24 * 3_600_000;

/** Makes paths for files on their way in, and clears away what a killed process has left there. */
export function incomingFiles(dir: string): () => Promise<string> {
  let ready: Promise<void> | undefined;
  const prepare = async () => {
    await mkdir(dir, { recursive: true });
    for (const name of await readdir(dir)) {
      const file = path.join(dir, name);
      const found = await stat(file).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > LEFT_BEHIND_MS) await rm(file, { force: true });
    }
  };
  return async () => {
    ready ??= prepare();
    await ready;
    return path.join(dir, randomUUID());
  };
}
