import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { StoredMedia, UploadedMedia } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { createLogger, passOn } from '@multiwa/runtime';
import type { Arrival, Inbox, SentMessage, Session } from '../../src/engines/engine.js';
import type { HistoryNotice } from '../../src/engines/history.js';
import type { SessionStore } from '../../src/state/session-store.js';

/** A session that keeps everything in memory, for an engine on its own: no database, no bus, no worker around it. */
export function memorySession(): Session & {
  /** What arrived, in order. */
  arrivals: Arrival[];
  /** What the phone said of its history. */
  notices: HistoryNotice[];
  /** What was sent, for whoever asks for it again. */
  sent: Map<string, SentMessage>;
  /** Makes a file that it can send. */
  keepFile(bytes: Buffer, mimeType: string): StoredMedia;
} {
  const keys = new Map<string, Buffer>();
  const arrivals: Arrival[] = [];
  const notices: HistoryNotice[] = [];
  const made = new WeakMap<object, Arrival>();
  const sent = new Map<string, SentMessage>();
  const files = new Map<string, Buffer>();
  const uploads = new Map<string, UploadedMedia>();
  let credential: Buffer | undefined;
  const profileId = newId();

  const store: SessionStore = {
    lease: { profileId, generation: 1 },
    loadCredential: async () => credential,
    async readKeys(type, names) {
      const found = names.flatMap((name) => {
        const value = keys.get(`${type}/${name}`);
        return value ? [[name, value] as const] : [];
      });
      return new Map(found);
    },
    async write({ credential: next, keys: written = [] }) {
      if (next) credential = Buffer.from(next);
      for (const { type, name, value } of written) {
        if (value === null) keys.delete(`${type}/${name}`);
        else keys.set(`${type}/${name}`, Buffer.from(value));
      }
    },
    readJournal: async () => [],
    clearJournal: () => undefined,
    async forget() {
      credential = undefined;
    },
    async clear() {
      keys.clear();
    },
  };

  const inbox: Inbox = {
    wants: () => true,
    room: async () => undefined,
    entry(arrival) {
      const journaled = { entryId: newId(), value: Buffer.alloc(0) };
      made.set(journaled, arrival);
      return journaled;
    },
    has: async (id) => arrivals.some(({ payload }) => payload.waMessageId === id),
    publish(entries) {
      for (const entry of entries) {
        const arrival = made.get(entry);
        if (arrival) arrivals.push(arrival);
      }
    },
  };

  return {
    profileId,
    logger: createLogger('conformance', 'silent'),
    store,
    inbox,
    notices,
    history: {
      entry: () => ({ entryId: newId(), value: Buffer.alloc(0) }),
      add: (notice) => notices.push(notice),
    },
    at: passOn,
    sentMessage: async (id) => sent.get(id),
    knowsGroups: async () => true,
    files: {
      newFile: async () => path.join(os.tmpdir(), `multiwa-${newId()}`),
      open: async (sha256) => Readable.from([files.get(sha256) ?? Buffer.alloc(0)]),
      findUpload: async (mediaType, sha256) => uploads.get(`${mediaType} ${sha256}`),
      async saveUpload(mediaType, sha256, uploaded) {
        uploads.set(`${mediaType} ${sha256}`, uploaded);
      },
    },
    keepFile(bytes, mimeType) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      files.set(sha256, bytes);
      return { id: newId(), mimeType, bytes: bytes.length, sha256, state: 'READY', problem: null };
    },
    arrivals,
    sent,
  };
}
