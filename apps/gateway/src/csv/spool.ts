import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { CodedError } from '@multiwa/contracts';

/**
 * Keeps an upload in a file while `work` reads it, so that a slow sender holds neither memory nor a transaction. The
 * file is gone afterwards. @throws CodedError `payload_too_large`
 */
export async function withSpooled<T>(body: Readable, maxBytes: number, work: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'multiwa-upload-'));
  try {
    const file = path.join(directory, 'body');
    await spool(body, file, maxBytes);
    return await work(file);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function spool(body: Readable, file: string, maxBytes: number): Promise<void> {
  const handle = await open(file, 'wx');
  let bytes = 0;
  try {
    // Kept open on a refusal: destroying the body would end the connection before the answer is sent.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new CodedError('payload_too_large', { detail: `A CSV may have ${maxBytes} bytes.` });
      await handle.writeFile(chunk);
    }
  } finally {
    await handle.close();
  }
}
