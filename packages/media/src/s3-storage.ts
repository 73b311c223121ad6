import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { incomingFiles } from './incoming.js';
import { BlobMissingError, checkHash, type MediaStorage } from './storage.js';

export interface S3Options {
  bucket: string;
  region: string;
  /** Of a service that is not Amazon's; its buckets are then addressed by path. */
  endpoint?: string | undefined;
  prefix: string;
  /** Absent: found as the client finds them by itself (environment, instance role, …). */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
}

const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
/** Stored again when it is older, since nothing else makes an object young. */
const YOUNG_MS = 12 * 3_600_000;

/** Loaded when a bucket is used: most keep files in a directory, and three services would start a good deal slower. */
const loadClient = async () => ({ ...(await import('@aws-sdk/client-s3')), ...(await import('@aws-sdk/lib-storage')) });

/** A bucket of an S3-compatible service. Parts are bounded, so that a large file needs no more memory than a small one. */
export function s3Storage({ bucket, region, endpoint, prefix, credentials }: S3Options): MediaStorage {
  const connect = async () => {
    const sdk = await loadClient();
    const client = new sdk.S3Client({
      region,
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      ...(credentials && { credentials }),
      // Other services than Amazon's refuse the checksums that newer clients send by themselves.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    return { sdk, client };
  };
  let connecting: ReturnType<typeof connect> | undefined;
  const connected = () => {
    connecting ??= connect();
    return connecting;
  };
  const place = (sha256: string) => ({ Bucket: bucket, Key: `${prefix}${checkHash(sha256)}` });

  const storage: MediaStorage = {
    newFile: incomingFiles(path.join(os.tmpdir(), 'multiwa-media-incoming')),

    async keep(file, sha256) {
      const there = await storage.stat(sha256);
      if (!there || Date.now() - there.keptAt.getTime() > YOUNG_MS) {
        const { sdk, client } = await connected();
        const params = { ...place(sha256), Body: createReadStream(file, { highWaterMark: 256 * 1024 }) };
        await new sdk.Upload({ client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE }).done();
      }
      await rm(file, { force: true });
    },

    async open(sha256, range) {
      const Range = range && `bytes=${range.start}-${range.end}`;
      try {
        const { sdk, client } = await connected();
        const { Body } = await client.send(new sdk.GetObjectCommand({ ...place(sha256), Range }));
        return Body as Readable;
      } catch (cause) {
        if (!isMissing(cause)) throw cause;
        throw new BlobMissingError('The file is not in the storage.', { cause });
      }
    },

    async stat(sha256) {
      try {
        const { sdk, client } = await connected();
        const { ContentLength = 0, LastModified } = await client.send(new sdk.HeadObjectCommand(place(sha256)));
        return { bytes: ContentLength, keptAt: LastModified ?? new Date(0) };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async remove(sha256) {
      const { sdk, client } = await connected();
      await client.send(new sdk.DeleteObjectCommand(place(sha256)));
    },

    close() {
      void connecting?.then(
        ({ client }) => client.destroy(),
        () => undefined,
      );
    },
  };
  return storage;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey');
}
