import { createHash, randomBytes } from 'node:crypto';
import type { PhoneMediaKind } from '../../../packages/sandbox/dist/client.js';
import type { Product } from '../../../packages/testkit/dist/index.js';

export const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==',
  'base64',
);

/** Distinct files of a kind: what follows the end of a picture is not looked at. */
export const picture = () => Buffer.concat([png, randomBytes(5_000)]);
export const webp = () => Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WEBPVP8 ', 'latin1'), randomBytes(3_000)]);
export const mp4 = () =>
  Buffer.concat([Buffer.from('\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom', 'latin1'), randomBytes(9_000)]);
export const wav = () => Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt ', 'latin1'), randomBytes(100)]);
export const opus = () =>
  Buffer.concat([Buffer.from('OggS', 'latin1'), Buffer.alloc(24, 1), Buffer.from('OpusHead'), randomBytes(4_000)]);

/** Uploads to the gateway and sends from phones, in the product of the running test. */
export function mediaFiles(product: () => Product) {
  return {
    /** The id of an upload. */
    async upload(bytes: Uint8Array, fileName: string): Promise<string> {
      return (await product().client.media.upload(new Blob([new Uint8Array(bytes)]), { fileName })).id;
    },

    /** A file of a phone, in a message to a number. */
    async sendFile(from: string, to: string, kind: PhoneMediaKind, field: string, bytes: Buffer, over: object = {}) {
      const { sandbox } = product();
      const descriptor = await sandbox.uploadMedia(from, kind, bytes);
      const content = { [field]: { ...descriptor, mimetype: 'application/octet-stream', ...over } };
      return { ...(await sandbox.send(from, { to, content })), descriptor };
    },
  };
}
