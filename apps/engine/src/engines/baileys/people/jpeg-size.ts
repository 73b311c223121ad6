import { CodedError } from '@multiwa/contracts';

/** WhatsApp's own limit on a side of a picture of somebody or of a group. */
const PICTURE_PIXELS = 640;

/** The bytes of a picture that WhatsApp takes. @throws CodedError `picture_invalid` */
export function jpegOf(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  const size = jpegSize(bytes);
  if (!size || size.width > PICTURE_PIXELS || size.height > PICTURE_PIXELS) throw new CodedError('picture_invalid');
  return bytes;
}

/** Width and height of a JPEG, from its frame header; undefined for anything else. */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 4 || view.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= view.length; ) {
    if (view[at] !== 0xff) return undefined;
    const marker = view[at + 1] ?? 0;
    // Start of frame, of whatever coding; C4, C8 and CC are tables.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.readUInt16BE(at + 5), width: view.readUInt16BE(at + 7) };
    at += 2 + view.readUInt16BE(at + 2);
  }
  return undefined;
}
