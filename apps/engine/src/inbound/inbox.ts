import type { FactPayload } from '@multiwa/bus';
import { type ArrivalKind, arrivalKinds, facts } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import type { PassPoint } from '@multiwa/runtime';
import { z } from 'zod';
import type { Inbox, Journaled } from '../engines/engine.js';
import type { FactOutbox } from '../facts/fact-outbox.js';
import type { Logger } from '../logger.js';
import { RecentIds } from '../recent-ids.js';
import type { SessionStore } from '../state/session-store.js';

/** Ids of messages that one ownership remembers. */
const REMEMBERED = 1_000;

interface Dependencies {
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
export function openInbox({ workspaceId, store, outbox, isStored, at, logger, onJournal }: Dependencies): Inbox & {
  replayJournal(): Promise<number>;
} {
  const { profileId } = store.lease;
  /** What was journaled here needs not be read again to be said. */
  const made = new WeakMap<Journaled, Entry>();
  /** Journaled, and perhaps not in the database yet. */
  const recent = new RecentIds(REMEMBERED);

  const say = async (entryId: string, { fact, traceparent }: Entry): Promise<void> => {
    const { kind, payload } = fact;
    try {
      await outbox.publish(store.lease, { ...fact, traceparent });
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
    room: () => outbox.room(),

    entry({ kind, payload }, traceparent) {
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
      return recent.has(waMessageId) || isStored(waMessageId);
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
        const entry = readEntry(value);
        recent.add(entry.fact.payload.waMessageId);
        void say(entryId, entry);
      }
      if (entries.length > 0) logger.info({ messages: entries.length }, 'Journal of the owner before replayed');
      return entries.length;
    },
  };
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
