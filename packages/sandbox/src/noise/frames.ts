import { NOISE_WA_HEADER } from '@whiskeysockets/baileys';

const ROUTING_HEADER_BYTES = 7;

/** Cuts the byte stream of one connection into frames: optional routing info, the intro, then 3-byte lengths. */
export class FrameReader {
  private buffered: Buffer = Buffer.alloc(0);
  private introSeen = false;

  /** Adds bytes and returns the frames that are now complete. Throws when the stream is not the WhatsApp framing. */
  push(bytes: Buffer): Buffer[] {
    this.buffered = this.buffered.length === 0 ? bytes : Buffer.concat([this.buffered, bytes]);
    if (!this.introSeen && !this.readIntro()) return [];
    const frames: Buffer[] = [];
    while (this.buffered.length >= 3) {
      const size = this.buffered.readUIntBE(0, 3);
      if (this.buffered.length < size + 3) break;
      frames.push(this.buffered.subarray(3, size + 3));
      this.buffered = this.buffered.subarray(size + 3);
    }
    return frames;
  }

  private readIntro(): boolean {
    let offset = 0;
    if (this.buffered.subarray(0, 2).toString('latin1') === 'ED') {
      if (this.buffered.length < ROUTING_HEADER_BYTES) return false;
      offset = ROUTING_HEADER_BYTES + this.buffered.readUIntBE(4, 3);
    }
    const end = offset + NOISE_WA_HEADER.length;
    if (this.buffered.length < end) return false;
    if (!this.buffered.subarray(offset, end).equals(NOISE_WA_HEADER)) throw new Error('not a WhatsApp stream');
    this.buffered = this.buffered.subarray(end);
    this.introSeen = true;
    return true;
  }
}

/** One frame on the wire. */
export function encodeFrame(body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(body.byteLength + 3);
  frame.writeUIntBE(body.byteLength, 0, 3);
  frame.set(body, 3);
  return frame;
}
