import type { FactPayload } from '@multiwa/bus';
import { type ArrivalKind, arrivalKinds, facts, placeOf } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import type { PassPoint } from '@multiwa/runtime';
import { z } from 'zod';
import type { Arrival, Inbox, Journaled } from '../engines/engine.js';
import type { FactOutbox } from '../facts/fact-outbox.js';
import type { HistoryImport } from '../history/history-import.js';
import type { Logger } from '../logger.js';
import type { ReceivedFiles } from '../media/received-files.js';
import { RecentIds } from '../recent-ids.js';
import type { SessionStore } from '../state/session-store.js';

/** Ids of messages that one ownership remembers. */
const REMEMBERED = 1_000;

interface Dependencies {
  /** Fetches what messages carry. */
  files: Pick<ReceivedFiles, 'add'>;
  /** Has entries of its own in the journal. */
  history: Pick<HistoryImport, 'takeJournaled' | 'has'>;
  /** Media that are to be seen once are stored like any other. */
  storeViewOnce: boolean;
  /** Whether the profile's settings ask for the statuses of others. */
  receivesStatuses(): boolean;
  workspaceId: string;
  store: SessionStore;
  outbox: FactOutbox;
  /** Whether the database holds a message of the profile with this id of WhatsApp's. */
  isStored(waMessageId: string): Promise<boolean>;
  at: PassPoint;
  logger: Logger;
  /** How many entries the journal gained or lost. */
  onJournal(change: number): void;
}

/**
 * What arrives for one profile: journaled with the ratchet, published, then cleared. A journal entry holds the whole
 * fact, so that a new owner can publish it without the client library (`replayJournal`).
 */
export function openInbox(dependencies: Dependencies): Inbox & {
  replayJournal(): Promise<number>;
} {
  const { workspaceId, store, outbox, files, history, storeViewOnce, receivesStatuses } = dependencies;
  const { isStored, at, logger, onJournal } = dependencies;
  const { profileId } = store.lease;
  /** What was journaled here needs not be read again to be said. */
  const made = new WeakMap<Journaled, Entry>();
  /** Journaled, and perhaps not in the database yet. */
  const recent = new RecentIds(REMEMBERED);

  /** Before the journal entry goes: a crash in between says the message again, and notes its file. */
  const noteFile = async ({ kind, payload }: ArrivalFact): Promise<void> => {
    if (kind !== 'message-received' || !('media' in payload.content)) return;
    const { id, source } = payload.content.media;
    if (source) await files.add(id, source);
  };

  const say = async (entryId: string, { fact, traceparent }: Entry): Promise<void> => {
    const { kind, payload } = fact;
    try {
      await outbox.publish(store.lease, { ...fact, traceparent });
      await noteFile(fact);
    } catch (error) {
      // The entry stays for the next owner.
      logger.warn({ err: error, kind, waMessageId: payload.waMessageId, entryId }, 'An arrival was not published');
      return;
    }
    at('receive.after-fact');
    store.clearJournal(entryId);
    onJournal(-1);
    const { waMessageId, chat, fromMe } = payload;
    const type = fact.kind === 'message-received' ? fact.payload.type : undefined;
    logger.info({ kind, waMessageId, chat, type, fromMe }, 'Message received');
  };

  return {
    wants: ({ payload: { chat } }) => placeOf(chat) !== 'status' || receivesStatuses(),

    room: () => outbox.room(),

    entry(arrival, traceparent) {
      const { kind, payload } = storeViewOnce ? arrival : withoutViewOnce(arrival);
      const fact = {
        kind,
        payload: { profileId, workspaceId, at: new Date().toISOString(), ...payload },
      } as ArrivalFact;
      const kept = JSON.stringify({ ...fact.payload, kind, traceparent });
      const entry: Journaled = { entryId: newId(), value: Buffer.from(kept) };
      made.set(entry, { fact, traceparent });
      return entry;
    },

    async has(waMessageId) {
      return recent.has(waMessageId) || history.has(waMessageId) || isStored(waMessageId);
    },

    publish(entries: readonly Journaled[]) {
      onJournal(entries.length);
      for (const journaled of entries) {
        const entry = made.get(journaled) ?? readEntry(journaled.value);
        // Only now that it is committed: what is known is confirmed to WhatsApp without being read again.
        recent.add(entry.fact.payload.waMessageId);
        void say(journaled.entryId, entry);
      }
    },

    /** What an earlier owner journaled but perhaps never said; resolves with how many once they are handed on. */
    async replayJournal() {
      const entries = await store.readJournal();
      onJournal(entries.length);
      for (const { entryId, value } of entries) {
        if (history.takeJournaled({ entryId, value })) continue;
        const entry = readEntry(value);
        recent.add(entry.fact.payload.waMessageId);
        void say(entryId, entry);
      }
      if (entries.length > 0) logger.info({ messages: entries.length }, 'Journal of the owner before replayed');
      return entries.length;
    },
  };
}

/** What is to be seen once is told of, and its file is left where it is. */
function withoutViewOnce(arrival: Arrival): Arrival {
  if (arrival.kind !== 'message-received') return arrival;
  const { content } = arrival.payload;
  if (!('media' in content) || !content.viewOnce) return arrival;
  const { source: _unused, ...media } = content.media;
  const told = { ...media, state: 'EXPIRED' as const, problem: 'view_once' as const };
  return { ...arrival, payload: { ...arrival.payload, content: { ...content, media: told } } } as Arrival;
}

/** An arrival, and whom it arrived for. */
type ArrivalFact = { [K in ArrivalKind]: { kind: K; payload: FactPayload<K> } }[ArrivalKind];

/** The trace is kept with the fact, so that a new owner goes on with it too. */
interface Entry {
  fact: ArrivalFact;
  traceparent?: string | undefined;
}

/** Entries of before other kinds than messages were journaled do not name theirs. */
const besideSchema = z.object({
  kind: z.enum(arrivalKinds).default('message-received'),
  traceparent: z.string().optional(),
});

function readEntry(value: Uint8Array): Entry {
  const kept: unknown = JSON.parse(Buffer.from(value).toString());
  const { kind, traceparent } = besideSchema.parse(kept);
  return { fact: { kind, payload: facts[kind].schema.parse(kept) } as ArrivalFact, traceparent };
}
