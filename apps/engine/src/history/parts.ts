import type { HistoryMessage } from '@multiwa/contracts';
import type { HistoryPiece, NamedPerson } from '../engines/history.js';

/** What goes into one fact. */
export type HistoryPart = { kind: 'messages'; messages: HistoryMessage[] } | { kind: 'people'; people: NamedPerson[] };

interface Limits {
  partMessages: number;
  partBytes: number;
}

/** Larger than any fact may be: the bus takes a mebibyte. */
const MAX_PIECE_BYTES = 900 * 1_024;
const PEOPLE_FOR_A_MESSAGE = 5;

/**
 * Pieces gathered into parts that are small enough to travel and to be applied without anybody waiting long. A piece that no
 * fact can carry is told to `onTooLarge` and left out.
 */
export async function* gatherParts(
  pieces: AsyncIterable<HistoryPiece>,
  { partMessages, partBytes }: Limits,
  onTooLarge: (waMessageId: string | null) => void,
): AsyncGenerator<HistoryPart> {
  let part: HistoryPart | undefined;
  let bytes = 0;
  for await (const piece of pieces) {
    const size = Buffer.byteLength(JSON.stringify(piece));
    if (size > MAX_PIECE_BYTES) {
      onTooLarge(piece.kind === 'message' ? piece.message.waMessageId : null);
      continue;
    }
    const kind = piece.kind === 'message' ? 'messages' : 'people';
    if (part && (part.kind !== kind || bytes + size > partBytes || lengthOf(part) >= mostOf(part, partMessages))) {
      yield part;
      part = undefined;
    }
    part ??= kind === 'messages' ? { kind, messages: [] } : { kind, people: [] };
    bytes = lengthOf(part) === 0 ? size : bytes + size;
    if (part.kind === 'messages' && piece.kind === 'message') part.messages.push(piece.message);
    if (part.kind === 'people' && piece.kind === 'person') part.people.push(piece.person);
  }
  if (part) yield part;
}

function lengthOf(part: HistoryPart): number {
  return part.kind === 'messages' ? part.messages.length : part.people.length;
}

function mostOf(part: HistoryPart, partMessages: number): number {
  return part.kind === 'messages' ? partMessages : partMessages * PEOPLE_FOR_A_MESSAGE;
}
