import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { limits } from '../limits.js';

/** Writes to one reader's socket and gives it up when it does not read, rather than keeping what it leaves. */
export class SocketWriter {
  /** Why the stream ended, for the log. */
  reason: 'reader_left' | 'reader_slow' | 'stopped' = 'stopped';
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    // A reader that vanishes in the middle of a write is an end like any other.
    response.on('error', () => undefined);
  }

  onClosed(handler: () => void): void {
    this.#response.on('close', () => {
      if (!this.#response.writableEnded && this.reason === 'stopped') this.reason = 'reader_left';
      handler();
    });
  }

  write(text: string): void {
    if (!this.#response.writable) return;
    this.#cork();
    this.#response.write(text);
    if (this.#response.writableLength > limits.sseBufferBytes) this.#giveUp();
  }

  /** What is written in one turn of the event loop goes out in one piece: events come in batches. */
  #cork(): void {
    if (this.#response.writableCorked > 0) return;
    this.#response.cork();
    process.nextTick(() => this.#response.uncork());
  }

  /** Waits until the reader has taken what was written; false when it is gone, or does not read. */
  async drained(): Promise<boolean> {
    const response = this.#response;
    if (response.writable && !response.writableNeedDrain) return true;
    if (!response.writable) return false;
    const waiting = new AbortController();
    const stalled = setTimeout(() => this.#giveUp(), limits.sseStallMs);
    const settled = ['drain', 'close'].map((event) => once(response, event, { signal: waiting.signal }));
    await Promise.race(settled).catch(() => undefined);
    clearTimeout(stalled);
    waiting.abort();
    await Promise.allSettled(settled);
    return response.writable;
  }

  end(): void {
    this.#response.end();
  }

  #giveUp(): void {
    this.reason = 'reader_slow';
    this.#response.destroy();
  }
}
