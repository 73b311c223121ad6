import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const STDOUT = 1;
const FLUSH_BYTES = 4_096;
const FLUSH_EVERY_MS = 100;
/** How long a reader that does not read may hold the process up, and how often it is tried meanwhile. */
const FULL_TIMEOUT_MS = 500;
const FULL_RETRY_MS = 5;

/**
 * Log lines on stdout, collected for a moment: a write of each on its own costs a message's path more than all else that
 * it does there. What is collected is written when the process ends, unless it is killed; what nobody reads any more is
 * dropped. (pino's own destination waits for ever, when it writes its last lines, for a reader that has gone.)
 */
export function collectedStdout(fd = STDOUT): DestinationStream {
  let text = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const lines = text;
    text = '';
    writeOut(fd, Buffer.from(lines));
  };
  process.on('exit', flush);
  return {
    write(line) {
      text += line;
      if (text.length >= FLUSH_BYTES) flush();
      else timer ??= setTimeout(flush, FLUSH_EVERY_MS).unref();
    },
  };
}

function writeOut(fd: number, bytes: Buffer): void {
  const giveUpAt = performance.now() + FULL_TIMEOUT_MS;
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const full = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!full || performance.now() > giveUpAt) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_RETRY_MS);
    }
  }
}
