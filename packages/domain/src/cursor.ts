import { CodedError } from '@multiwa/contracts';

/** Sort keys of the last row of a page: rows go by time, newest first, then by id; rows without a time come last. */
export interface ListPosition {
  at: Date | null;
  id: string;
}

const idPattern = /^[a-z0-9]{20,32}$/;

/**
 * Opaque cursor of a list. `kind` names the list, so that a cursor of another one is refused instead of landing anywhere.
 */
export function encodeListCursor(kind: string, position: ListPosition): string {
  return encode([kind, position.at?.getTime() ?? null, position.id]);
}

/** Throws `cursor_invalid` for anything that `encodeListCursor` of this kind did not make. */
export function decodeListCursor(kind: string, cursor: string): ListPosition {
  const [madeFor, time, id, ...rest] = decode(cursor);
  const timed = time === null || (Number.isSafeInteger(time) && !Number.isNaN(new Date(Number(time)).getTime()));
  if (madeFor !== kind || !timed || typeof id !== 'string' || !idPattern.test(id) || rest.length > 0) {
    throw new CodedError('cursor_invalid');
  }
  return { at: time === null ? null : new Date(Number(time)), id };
}

/** Opaque cursor of a list that counts its rows itself, such as the posts of a channel. */
export function encodePlaceCursor(kind: string, place: number): string {
  return encode([kind, place]);
}

/** Throws `cursor_invalid` for anything that `encodePlaceCursor` of this kind did not make. */
export function decodePlaceCursor(kind: string, cursor: string): number {
  const [madeFor, place, ...rest] = decode(cursor);
  if (madeFor !== kind || !Number.isSafeInteger(place) || Number(place) < 1 || rest.length > 0) {
    throw new CodedError('cursor_invalid');
  }
  return Number(place);
}

const eventKind = 'event';

/** Opaque position in the event log, made of the stream's sequence. */
export function encodeEventCursor(streamSequence: number): string {
  return encode([eventKind, streamSequence]);
}

/** Throws `cursor_invalid` for anything that `encodeEventCursor` did not make. */
export function decodeEventCursor(cursor: string): number {
  const [kind, sequence, ...rest] = decode(cursor);
  if (kind !== eventKind || !Number.isSafeInteger(sequence) || Number(sequence) < 0 || rest.length > 0) {
    throw new CodedError('cursor_invalid');
  }
  return Number(sequence);
}

function encode(keys: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

function decode(cursor: string): unknown[] {
  const keys = parseJson(Buffer.from(cursor, 'base64url').toString());
  // Decoding of base64url skips what does not belong: only the exact text that was handed out is a cursor.
  if (!Array.isArray(keys) || encode(keys) !== cursor) throw new CodedError('cursor_invalid');
  return keys;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
