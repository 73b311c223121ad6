/** One message of a text/event-stream, as the HTML Standard (9.2.6) names its fields. */
export interface SseMessage {
  id: string | undefined;
  event: string;
  data: string;
}

/** Reads a text/event-stream piece by piece: lines may end in LF, CRLF or CR, and break anywhere between pieces. */
export class SseParser {
  #rest = '';
  #data: string[] = [];
  #event = '';
  #id: string | undefined;

  /** The id that the last complete block left, with data or without. */
  lastId: string | undefined;

  /** The messages that this piece completes. */
  push(piece: string): SseMessage[] {
    const text = this.#rest + piece;
    // A CR at the very end may be half of a CRLF: it is decided with the next piece.
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    const lines = text.slice(0, end).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + text.slice(end);
    return lines.flatMap((line) => this.#line(line) ?? []);
  }

  #line(line: string): SseMessage | undefined {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    if (field === 'event') this.#event = value;
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    return undefined;
  }

  #dispatch(): SseMessage | undefined {
    const message = { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') };
    const complete = this.#data.length > 0;
    this.lastId = this.#id;
    this.#data = [];
    this.#event = '';
    return complete ? message : undefined;
  }
}
