import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type MediaSource, timing } from '@multiwa/contracts';
import { type Database, openDatabase } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { localStorage, type MediaStorage } from '@multiwa/media';
import { createLogger } from '@multiwa/runtime';
import { createTestDatabase, type TestDatabase, waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { Deferred } from '../src/deferred.js';
import { MediaFetchError } from '../src/engines/media.js';
import { ReceivedFiles } from '../src/media/received-files.js';
import { Slots } from '../src/slots.js';

let made: TestDatabase;
let database: Database;
const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-received-'));
beforeAll(async () => {
  made = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
  database = openDatabase({ url: made.url });
});
afterAll(async () => {
  await database.close();
  await made.drop();
  rmSync(dir, { recursive: true, force: true });
});

const base64 = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const source: MediaSource = {
  mediaType: 'document',
  directPath: '/v/a',
  mediaKey: base64(1),
  fileSha256: base64(2),
  fileEncSha256: null,
  fileLength: 3,
};

interface Way {
  download?: (source: MediaSource) => AsyncIterable<Uint8Array>;
  ask?: (ended: AbortSignal) => Promise<string | undefined>;
  /** Throws for a fact that cannot be told. */
  tell?: (mediaId: string) => void;
  storage?: MediaStorage;
}

/** The files of a profile on one slot that all share, with what was said of them. */
function receivedFiles({ download, ask, tell, storage = localStorage(dir) }: Way) {
  const said: [id: string, state: string][] = [];
  const problems: (string | null)[] = [];
  const first = new Deferred<void>();
  const files = new ReceivedFiles({
    workspaceId: newId(),
    profileId: newId(),
    database,
    storage,
    slots: new Slots(1),
    async say({ mediaId, state, problem }) {
      tell?.(mediaId);
      said.push([mediaId, state]);
      problems.push(problem);
      first.resolve();
    },
    logger: createLogger('received-files', 'silent'),
  });
  const fetcher = {
    downloadMedia: download ?? (() => only('abc')),
    requestMedia: (_source: MediaSource, ended: AbortSignal) => ask?.(ended) ?? Promise.resolve(undefined),
  };
  onTestFinished(() => files.stop());
  return { files, said, problems, first: first.promise, start: () => files.start(fetcher) };
}

const gone = async function* (): AsyncGenerator<Uint8Array> {
  yield* [];
  throw new MediaFetchError('gone_at_whatsapp', 'gone', 'It is gone.');
};

test('a file that cannot be handled at the moment holds no slot while it waits', async () => {
  // Nothing that waits comes to its end in this test.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const [first, second] = [newId(), newId()];
  const {
    files,
    said,
    first: firstSaid,
    start,
  } = receivedFiles({
    tell: (id) => {
      if (id === first) throw new Error('NATS is away');
    },
  });
  await files.add(first, source);
  start();
  await files.add(second, source);
  await firstSaid;
  expect(said).toEqual([[second, 'READY']]);
});

test('a file that its phone is asked for holds no slot until the answer, and is asked for again on the next connection', async () => {
  const [first, second] = [newId(), newId()];
  const asked: AbortSignal[] = [];
  const moved = { ...source, directPath: '/v/moved' };
  const { files, said, start } = receivedFiles({
    download: ({ directPath }) => (directPath === moved.directPath ? gone() : only('abc')),
    ask: (ended) => {
      asked.push(ended);
      return new Promise((resolve) => ended.addEventListener('abort', () => resolve(undefined)));
    },
  });
  await files.add(first, moved);
  start();
  await waitFor(() => asked.length === 1, { what: 'the phone to be asked' });
  await files.add(second, source);
  await waitFor(() => said.length === 1, { what: 'the other file' });
  files.stop();
  start();
  await waitFor(() => asked.length === 2, { what: 'the phone to be asked again' });
  expect(asked.map(({ aborted }) => aborted)).toEqual([true, false]);
  expect(said).toEqual([[second, 'READY']]);
});

async function* only(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

test('a storage that fails to the last attempt is told as such, not as a host that does not answer', async () => {
  const id = newId();
  const full = async () => {
    throw new Error('There is no space left.');
  };
  const { files, said, problems, first, start } = receivedFiles({ storage: { ...localStorage(dir), newFile: full } });
  await files.add(id, source);
  await database.prisma.mediaDownload.update({
    where: { id },
    data: { attempts: timing.media.downloadRetryMs.length },
  });
  start();
  await first;
  expect([said, problems]).toEqual([[[id, 'FAILED']], ['storage_failed']]);
});
