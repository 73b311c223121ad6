/** The bytes ended in the middle of something. */
export class TruncatedError extends Error {
  override readonly name = 'TruncatedError';
}

const MAX_VARINT_BYTES = 10;
const CONTINUES = 0x80;
const SEVEN_BITS = 0x7f;

/** Reads protobuf's wire format from bytes while they come; keeps no more of them than it is asked for. */
export class ByteReader {
  /** Bytes read or skipped so far. */
  position = 0;
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source;
  }

  async atEnd(): Promise<boolean> {
    return !(await this.#has(1));
  }

  /** An unsigned number; beyond 2^53 it loses its last digits. @throws TruncatedError */
  async varint(): Promise<number> {
    await this.#has(MAX_VARINT_BYTES);
    let value = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const byte = this.#chunk[this.#at];
      if (byte === undefined) break;
      this.#move(1);
      value += (byte & SEVEN_BITS) * 2 ** (7 * index);
      if ((byte & CONTINUES) === 0) return value;
    }
    throw new TruncatedError('A number has no end.');
  }

  /** A copy of the next bytes. @throws TruncatedError */
  async bytes(length: number): Promise<Buffer> {
    if (!(await this.#has(length))) throw new TruncatedError(`${length} bytes were announced.`);
    const bytes = Buffer.from(this.#chunk.subarray(this.#at, this.#at + length));
    this.#move(length);
    return bytes;
  }

  /** @throws TruncatedError */
  async skip(length: number): Promise<void> {
    let left = length;
    while (left > 0) {
      if (!(await this.#has(1))) throw new TruncatedError(`${length} bytes were announced.`);
      const step = Math.min(left, this.#chunk.length - this.#at);
      this.#move(step);
      left -= step;
    }
  }

  #move(bytes: number): void {
    this.#at += bytes;
    this.position += bytes;
  }

  /** Whether so many bytes are there, once all that can be had of them are. */
  async #has(length: number): Promise<boolean> {
    if (this.#chunk.length - this.#at >= length) return true;
    const parts = [this.#chunk.subarray(this.#at)];
    let have = parts[0]?.length ?? 0;
    while (have < length) {
      const next = await this.#source.next();
      if (next.done) break;
      parts.push(next.value);
      have += next.value.length;
    }
    this.#chunk = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    this.#at = 0;
    return have >= length;
  }
}
