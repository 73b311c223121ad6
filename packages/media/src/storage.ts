import type { Readable } from 'node:stream';

/** Bytes from `start` to `end`, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** A blob is not there. */
export class BlobMissingError extends Error {
  override readonly name = 'BlobMissingError';
}

/**
 * Where files are kept, each once, under the SHA-256 of its bytes. It knows nothing of workspaces: who may open what is decided
 * by rows, and a hash is never taken from a caller.
 */
export interface MediaStorage {
  /** A path for a file on its way in, on the disk from which `keep` takes it most cheaply. Whoever asked removes it. */
  newFile(): Promise<string>;
  /**
   * Takes a finished file over under its hash and removes it. Durable when it resolves. Bytes that are there already are not
   * stored again; their age begins anew.
   */
  keep(file: string, sha256: string): Promise<void>;
  /** @throws BlobMissingError */
  open(sha256: string, range?: ByteRange): Promise<Readable>;
  /** Undefined when it is not there. */
  stat(sha256: string): Promise<{ bytes: number; keptAt: Date } | undefined>;
  /** Does nothing when it is not there. */
  remove(sha256: string): Promise<void>;
  close(): void;
}

const hashPattern = /^[0-9a-f]{64}$/;

/** Hashes become paths and keys: whatever is no hash is refused. @throws TypeError */
export function checkHash(sha256: string): string {
  if (!hashPattern.test(sha256)) throw new TypeError('this is no SHA-256 in hexadecimal');
  return sha256;
}
