import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemErrorCode } from '../errors.js';

/** A text file's trimmed content, or undefined when there is no such file. */
export function readTextFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file so that a reader, or a crash, sees the old content or the new one and nothing between. */
export function writeFileAtomically(file: string, content: string | Uint8Array, mode: number): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, file);
}

/** Whether every user may pass through `directory` and all its ancestors. Missing ones count as passable. */
export function isTraversableByAll(directory: string): boolean {
  for (let current = path.resolve(directory); ; current = path.dirname(current)) {
    const stat = statSync(current, { throwIfNoEntry: false });
    if (stat && (stat.mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

/** The last `maxBytes` of a log written since `offset`, for an error's private part. */
export function readTail(file: string, offset: number, maxBytes = 4_000): string {
  const content = readTextFile(file) ?? '';
  return content.slice(Math.max(offset, content.length - maxBytes));
}

/** Size of a file in bytes, 0 when it does not exist. */
export function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
