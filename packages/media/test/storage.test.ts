import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BlobMissingError,
  localStorage,
  type MediaStorage,
  receiveFile,
  s3Storage,
  TooManyBytesError,
} from '../src/index.js';
import { startBucketServer } from './support/bucket-server.js';

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const storages: [name: string, storage: () => MediaStorage][] = [
  ['a directory', () => local],
  ['a bucket', () => bucket],
];
let dir: string;
let local: MediaStorage;
let bucket: MediaStorage;
let server: Awaited<ReturnType<typeof startBucketServer>>;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'multiwa-media-'));
  local = localStorage(dir);
  server = await startBucketServer();
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  bucket = s3Storage({ bucket: 'files', region: 'eu-1', endpoint: server.url, prefix: 'media/', credentials });
});
afterAll(async () => {
  bucket.close();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

async function* chunked(bytes: Buffer, size = 65_536): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function store(storage: MediaStorage, bytes: Buffer): Promise<string> {
  const received = await receiveFile(storage, chunked(bytes), { maxBytes: bytes.length });
  await received.keep();
  return received.sha256;
}

describe.each(storages)('%s', (_name, storageOf) => {
  test('gives back what it was given, whole and in ranges, under the hash of its bytes', async () => {
    const storage = storageOf();
    const bytes = randomBytes(300_000);
    const sha256 = await store(storage, bytes);
    expect(sha256).toBe(hashOf(bytes));
    expect(await storage.stat(sha256)).toMatchObject({ bytes: bytes.length });
    expect(hashOf(await buffer(await storage.open(sha256)))).toBe(sha256);
    expect(await buffer(await storage.open(sha256, { start: 100, end: 199 }))).toEqual(bytes.subarray(100, 200));
  });

  test('keeps the same bytes once, and leaves no file behind', async () => {
    const storage = storageOf();
    const bytes = randomBytes(5_000);
    expect(await store(storage, bytes)).toBe(await store(storage, bytes));
    expect(await readdir(path.join(dir, 'incoming'))).toEqual([]);
  });

  test('says that a file is missing, before it was kept and after it was removed', async () => {
    const storage = storageOf();
    const sha256 = hashOf(randomBytes(8));
    await expect(storage.open(sha256)).rejects.toThrow(BlobMissingError);
    expect(await storage.stat(sha256)).toBeUndefined();
    const kept = await store(storage, randomBytes(10));
    await storage.remove(kept);
    await storage.remove(kept);
    await expect(storage.open(kept)).rejects.toThrow(BlobMissingError);
  });

  test('opens nothing by a name that is no hash', async () => {
    await expect(async () => storageOf().open('../../etc/passwd')).rejects.toThrow(TypeError);
  });
});

test('a file that is larger than a part goes to a bucket in parts', async () => {
  const bytes = randomBytes(20 * 1024 * 1024);
  const sha256 = await store(bucket, bytes);
  expect(server.seen.largest).toBeLessThanOrEqual(8 * 1024 * 1024);
  expect(hashOf(await buffer(await bucket.open(sha256)))).toBe(sha256);
});

test('what is too long is refused, and what breaks off is not kept', async () => {
  const broken = async function* () {
    yield Buffer.from('half');
    throw new Error('connection lost');
  };
  await expect(receiveFile(local, chunked(randomBytes(100)), { maxBytes: 99 })).rejects.toThrow(TooManyBytesError);
  await expect(receiveFile(local, broken(), { maxBytes: 99 })).rejects.toThrow('connection lost');
  expect(await readdir(path.join(dir, 'incoming'))).toEqual([]);
});

test('a picture is known by its bytes, with its size, whatever it was called', async () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==',
    'base64',
  );
  const received = await receiveFile(local, chunked(png), { maxBytes: 10_000, declaredType: 'text/html' });
  expect(received).toMatchObject({ mimeType: 'image/png', width: 2, height: 3, bytes: png.length });
  await received.discard();
});
