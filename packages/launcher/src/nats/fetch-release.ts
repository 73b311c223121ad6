import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

const DOWNLOAD_TIMEOUT_MS = 90_000;
const TAR_BLOCK = 512;
const release = '2.14.5';

/** sha256 of the official archives, by Node.js platform and architecture. */
const pins: Record<string, { name: string; sha256: string } | undefined> = {
  'linux-x64': {
    name: 'linux-amd64',
    sha256: '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
  },
  'linux-arm64': {
    name: 'linux-arm64',
    sha256: '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
  },
  'darwin-x64': {
    name: 'darwin-amd64',
    sha256: 'f95c98d6b6ed2b63c5681b46b092c9585c99767d547cf495730c329234625e96',
  },
  'darwin-arm64': {
    name: 'darwin-arm64',
    sha256: 'ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50',
  },
};

/** Downloads the official release, checks it against its pinned sha256 and returns the program's bytes. */
export async function fetchRelease(): Promise<Uint8Array> {
  const platform = `${process.platform}-${process.arch}`;
  const pin = pins[platform];
  if (!pin) throw new Error(`no release is pinned for ${platform}`);
  const url = `https://github.com/nats-io/nats-server/releases/download/v${release}/nats-server-v${release}-${pin.name}.tar.gz`;
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const archive = new Uint8Array(await response.arrayBuffer());
  return unpackRelease(archive, pin.sha256);
}

/** Checks an archive (tar, gzip) against its sha256 and returns the `nats-server` in it. */
export function unpackRelease(archive: Uint8Array, sha256: string): Uint8Array {
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== sha256) throw new Error(`the download has sha256 ${found}, expected ${sha256}`);
  return fileInTar(gunzipSync(archive), 'nats-server');
}

/** Walks the blocks of a ustar archive: name at 0 (100 bytes), size in octal at 124 (12 bytes). */
function fileInTar(tar: Buffer, wanted: string): Uint8Array {
  for (let offset = 0; offset + TAR_BLOCK <= tar.length; ) {
    const name = tar.toString('utf8', offset, offset + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(tar.toString('utf8', offset + 124, offset + 136), 8) || 0;
    const start = offset + TAR_BLOCK;
    if (name.split('/').at(-1) === wanted) return tar.subarray(start, start + size);
    offset = start + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  throw new Error(`${wanted} is not in the archive`);
}
