import { createInflate } from 'node:zlib';
import { ByteReader, TruncatedError } from './byte-reader.js';

/** Fields of the protobuf messages HistorySync and Conversation that are read, by number. */
const SYNC = { conversations: 2, pushnames: 7, phoneNumberToLidMappings: 15 } as const;
const CONVERSATION_MESSAGES = 2;
/** Larger ones are passed over: no message of a phone is. */
const MAX_FIELD_BYTES = 2 * 1_024 * 1_024;

type FieldValue = number | Buffer;

/** A conversation without its messages: the fields that stand beside them, by number; of repeated ones the last. */
export type ConversationFields = ReadonlyMap<number, FieldValue>;

/** What stands in a chunk, in the order in which it stands there. */
export type HistoryItem =
  | { kind: 'message'; conversation: number; bytes: Buffer }
  | { kind: 'conversation'; conversation: number; fields: ConversationFields }
  | { kind: 'pushname' | 'mapping'; bytes: Buffer };

/**
 * Goes through a compressed protobuf HistorySync, and takes no more of it into memory than one message at a time. A conversation is
 * told after its messages, since what says who it is may stand behind them. `withMessages`: otherwise they are passed over.
 * @throws TruncatedError, and what zlib throws, for bytes that are none
 */
export async function* scanHistory(compressed: Buffer, withMessages: boolean): AsyncGenerator<HistoryItem> {
  const inflate = createInflate();
  inflate.end(compressed);
  try {
    const reader = new ByteReader(inflate[Symbol.asyncIterator]());
    let conversation = 0;
    while (!(await reader.atEnd())) {
      const { field, wire } = await readTag(reader);
      if (field === SYNC.conversations && wire === 2) {
        yield* scanConversation(reader, conversation, withMessages);
        conversation += 1;
      } else if (field === SYNC.pushnames || field === SYNC.phoneNumberToLidMappings) {
        const bytes = await readField(reader, wire);
        const kind = field === SYNC.pushnames ? 'pushname' : 'mapping';
        if (bytes instanceof Buffer) yield { kind, bytes };
      } else await skipField(reader, wire);
    }
  } finally {
    inflate.destroy();
  }
}

async function* scanConversation(
  reader: ByteReader,
  conversation: number,
  withMessages: boolean,
): AsyncGenerator<HistoryItem> {
  const length = await reader.varint();
  const end = reader.position + length;
  const fields = new Map<number, FieldValue>();
  while (reader.position < end) {
    const { field, wire } = await readTag(reader);
    if (field === CONVERSATION_MESSAGES && !withMessages) await skipField(reader, wire);
    else {
      const value = await readField(reader, wire);
      if (value === undefined) continue;
      if (field !== CONVERSATION_MESSAGES) fields.set(field, value);
      else if (value instanceof Buffer) yield { kind: 'message', conversation, bytes: value };
    }
  }
  if (reader.position > end) throw new TruncatedError('A conversation is longer than it says.');
  yield { kind: 'conversation', conversation, fields };
}

async function readTag(reader: ByteReader): Promise<{ field: number; wire: number }> {
  const tag = await reader.varint();
  return { field: Math.floor(tag / 8), wire: tag % 8 };
}

/** Undefined for what is too large, and for kinds of fields that nothing here reads. */
async function readField(reader: ByteReader, wire: number): Promise<FieldValue | undefined> {
  if (wire === 0) return reader.varint();
  if (wire !== 2) {
    await skipField(reader, wire);
    return undefined;
  }
  const length = await reader.varint();
  if (length <= MAX_FIELD_BYTES) return reader.bytes(length);
  await reader.skip(length);
  return undefined;
}

async function skipField(reader: ByteReader, wire: number): Promise<void> {
  if (wire === 0) await reader.varint();
  else if (wire === 1) await reader.skip(8);
  else if (wire === 2) await reader.skip(await reader.varint());
  else if (wire === 5) await reader.skip(4);
  else throw new TruncatedError(`There is no field of kind ${wire}.`);
}
