import { type HistoryMessage, historyPhaseSchema, type Identity } from '@multiwa/contracts';
import { z } from 'zod';
import type { Journaled } from './journaled.js';

/** Where a chunk lies and how it is decrypted; bytes in base64. */
const sourceSchema = z.object({
  directPath: z.string(),
  mediaKey: z.base64(),
  fileSha256: z.base64(),
  fileLength: z.number().int().nonnegative().nullable(),
});
export type HistorySource = z.infer<typeof sourceSchema>;

/** The phone's word that it hands over a chunk of its history, as it is journaled. */
export const historyNoticeSchema = z.object({
  /** WhatsApp's id of the message that brought it. */
  chunk: z.string(),
  /** The device as which the number was linked then. */
  link: z.string(),
  phase: historyPhaseSchema,
  /** Of the phase, in percent. */
  progress: z.number().int().nullable(),
  /** One of the two: small chunks come with the word itself, compressed, in base64. */
  source: sourceSchema.nullable(),
  inline: z.base64().nullable(),
});
export type HistoryNotice = z.infer<typeof historyNoticeSchema>;

/** Where such words go; like received messages they are journaled with the ratchet that decrypted them. */
export interface HistoryNotes {
  /** Makes the journal entry, which is kept until the chunk is imported. */
  entry(notice: HistoryNotice): Journaled;
  /** To be called once it is committed. */
  add(notice: HistoryNotice, entry: Journaled): void;
}

/** What is wanted of a chunk. */
export interface HistoryWanted {
  /** Nothing but what the session itself lives on: which people are one, and the tokens that let it write to them. */
  sessionOnly: boolean;
  notBefore: Date | null;
  /** Of each chat the newest so many of this chunk. */
  messagesPerChat: number | null;
}

/** A name that the phone's owner gave somebody, or that somebody gives themselves. */
export interface NamedPerson extends Identity {
  name: string | null;
  pushName: string | null;
}

/** What a chunk holds, one after the other: the messages of each chat from the newest to the oldest, then names. */
export type HistoryPiece = { kind: 'message'; message: HistoryMessage } | { kind: 'person'; person: NamedPerson };

/** A connection as far as it reads history. */
export interface HistoryReader {
  /** The device as which the number is linked; undefined before it is. */
  link(): string | undefined;
  /**
   * Fetches and reads a chunk; memory holds it compressed, and never more than one message of it in the clear.
   * @throws MediaFetchError
   */
  readHistory(notice: HistoryNotice, wanted: HistoryWanted, signal: AbortSignal): AsyncIterable<HistoryPiece>;
}
