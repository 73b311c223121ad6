import { createWriteStream, mkdirSync, renameSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import { fileSize } from '../system/files.js';

const MAX_LOG_BYTES = 20 * 1024 * 1024;

/** A service's log. When it has grown to 20 MB it is set aside as `<file>.1`, replacing the one before. */
export class LogFile {
  readonly file: string;
  #stream: WriteStream;
  #bytes: number;

  constructor(file: string) {
    this.file = file;
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    this.#bytes = fileSize(file);
    this.#stream = open(file);
  }

  writeLine(line: string): void {
    if (this.#bytes >= MAX_LOG_BYTES) this.#rotate();
    const text = `${line}\n`;
    this.#bytes += Buffer.byteLength(text);
    this.#stream.write(text);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(() => resolve()));
  }

  #rotate(): void {
    this.#stream.end();
    renameSync(this.file, `${this.file}.1`);
    this.#stream = open(this.file);
    this.#bytes = 0;
  }
}

function open(file: string): WriteStream {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // A full disk must not bring the services down; what they log on the terminal still shows.
  stream.on('error', () => undefined);
  return stream;
}
