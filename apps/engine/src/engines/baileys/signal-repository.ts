import type { Identity } from '@multiwa/contracts';
import { type PassPoint, startSpan } from '@multiwa/runtime';
import {
  type BinaryNode,
  DEFAULT_CONNECTION_CONFIG,
  isPnUser,
  MISSING_KEYS_ERROR_TEXT,
  proto,
  type SignalAuthState,
  type SocketConfig,
  unpadRandomMax16,
} from '@whiskeysockets/baileys';
import type { Logger } from '../../logger.js';
import type { Inbox } from '../engine.js';
import type { HistoryNotes } from '../history.js';
import { completeFrom } from './complete-identity.js';
import { hearNotice } from './history/notice.js';
import { readArrivals } from './read-arrivals.js';
import type { SignalKeys } from './signal-keys.js';

/** A padded message that says nothing. */
const NOTHING = Uint8Array.of(1);

type MakeRepository = SocketConfig['makeSignalRepository'];

interface Dependencies {
  keys: SignalKeys;
  inbox: Inbox;
  history: HistoryNotes;
  at: PassPoint;
  logger: Logger;
  self(): Identity;
  /** The device as which the number is linked. */
  link(): string | undefined;
}

/**
 * Remembers which stanza a ciphertext came in: the library hands only the ciphertext to the Signal repository, in the
 * very buffer that the stanza holds.
 */
export class StanzaIndex {
  readonly #attrs = new WeakMap<Uint8Array, BinaryNode['attrs']>();
  /** Ciphertexts that only bring the key beside a group's message. */
  readonly #besides = new WeakSet<Uint8Array>();

  add({ attrs, content }: BinaryNode): void {
    if (!Array.isArray(content)) return;
    const hasGroupMessage = content.some((child) => child.attrs.type === 'skmsg');
    for (const child of content) {
      if (!(child.content instanceof Uint8Array)) continue;
      this.#attrs.set(child.content, attrs);
      if (hasGroupMessage && child.attrs.type !== 'skmsg') this.#besides.add(child.content);
    }
  }

  /** Whether the message itself comes in another ciphertext of the same stanza. */
  isBeside(ciphertext: Uint8Array): boolean {
    return this.#besides.has(ciphertext);
  }

  find(ciphertext: Uint8Array): BinaryNode['attrs'] | undefined {
    return this.#attrs.get(ciphertext);
  }
}

/**
 * The library's Signal repository, with two promises added. What is decrypted is journaled in the transaction that keeps
 * the advanced ratchet, and the library sends its receipt only after that. And operations on one Signal session never
 * overlap, by whichever name (phone or LID) the session is called.
 */
export function journalingRepository(
  { keys, inbox, history, at, logger, self, link }: Dependencies,
  stanzas: StanzaIndex,
): MakeRepository {
  return (auth, libraryLogger, phoneToLid) => {
    const { get, set, transaction, isInTransaction } = keys;
    // The library shares this one object among all its parts.
    const shared = Object.assign(auth.keys, { get, set, transaction, isInTransaction });
    const state: SignalAuthState = { creds: auth.creds, keys: shared };
    const base = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(state, libraryLogger, phoneToLid);

    /** The lock of a Signal session, the same by whichever name the session is called. */
    const lockOf = async (jid: string): Promise<string> => {
      const lid = isPnUser(jid) ? await base.lidMapping.getLIDForPN(jid) : null;
      return base.jidToSignalProtocolAddress(lid ?? jid);
    };

    const complete = completeFrom(keys);

    const decrypt = async (ciphertext: Uint8Array, lock: string, work: () => Promise<Uint8Array>) => {
      await inbox.room();
      // Told only if there is a message in it: a span that is never ended is never exported.
      const span = startSpan('receive message', { kind: 'consumer' });
      const { plaintext, entries, chunk } = await keys.transaction(async () => {
        const plaintext = await work().catch((error: unknown) => refuse(error, ciphertext));
        const attrs = stanzas.find(ciphertext);
        if (attrs) await learnKey(attrs, plaintext);
        const read = attrs && !stanzas.isBeside(ciphertext) ? await readPlain(attrs, plaintext) : [];
        const arrivals = read.filter((arrival) => inbox.wants(arrival));
        const entries = arrivals.map((arrival) => inbox.entry(arrival, span?.traceparent));
        for (const entry of entries) keys.journal(entry);
        if (entries.length > 0) at('receive.after-decrypt');
        const heard = attrs && hear(attrs, plaintext);
        const chunk = heard && { notice: heard.notice, entry: history.entry(heard.notice) };
        if (chunk) keys.journal(chunk.entry);
        return { plaintext: heard?.emptied ?? plaintext, entries, chunk };
      }, lock);
      if (entries.length > 0) at('receive.after-journal');
      if (span && entries.length > 0) {
        span.set({ 'multiwa.wa_message_id': stanzas.find(ciphertext)?.id });
        span.end();
      }
      inbox.publish(entries);
      if (chunk) history.add(chunk.notice, chunk.entry);
      return plaintext;
    };

    /**
     * What was received before cannot be decrypted again: its key is used up. The library knows that by one text only,
     * and asks for everything else again, which makes the sender begin a new session for nothing.
     */
    const refuse = async (error: unknown, ciphertext: Uint8Array): Promise<Uint8Array> => {
      const id = stanzas.find(ciphertext)?.id;
      // The key that it brings may be known already, as after a crash: the message itself decides.
      if (stanzas.isBeside(ciphertext)) return NOTHING;
      if (id === undefined || !(await inbox.has(id))) throw error;
      logger.info({ waMessageId: id }, 'WhatsApp delivered a message again');
      throw new Error(MISSING_KEYS_ERROR_TEXT, { cause: error });
    };

    /** The sender key of a group is kept together with the ratchet that its message advanced: it comes only once. */
    const learnKey = async (attrs: BinaryNode['attrs'], plaintext: Uint8Array) => {
      const author = attrs.participant ?? attrs.from;
      const item = readSenderKey(plaintext);
      if (item && author !== undefined) await base.processSenderKeyDistributionMessage({ authorJid: author, item });
    };

    const readPlain = async (attrs: BinaryNode['attrs'], plaintext: Uint8Array) => {
      try {
        return await readArrivals(attrs, plaintext, self(), complete);
      } catch (error) {
        // The library cannot read it either and will ask for it again.
        logger.warn({ err: error, waMessageId: attrs.id }, 'A decrypted message could not be read');
        return [];
      }
    };

    const hear = (attrs: BinaryNode['attrs'], plaintext: Uint8Array) => {
      try {
        return hearNotice(attrs, plaintext, self(), link());
      } catch (error) {
        logger.warn({ err: error, waMessageId: attrs.id }, 'A word of the own phone could not be read');
        return undefined;
      }
    };

    return {
      ...base,
      decryptMessage: async (options) =>
        decrypt(options.ciphertext, await lockOf(options.jid), () => base.decryptMessage(options)),
      // Done already, in the transaction of the decryption.
      processSenderKeyDistributionMessage: async () => undefined,
      decryptGroupMessage: (options) => decrypt(options.msg, options.group, () => base.decryptGroupMessage(options)),
      encryptMessage: async (options) =>
        keys.transaction(() => base.encryptMessage(options), await lockOf(options.jid)),
      injectE2ESession: async (options) =>
        keys.transaction(() => base.injectE2ESession(options), await lockOf(options.jid)),
    };
  };
}

/** The key that a message brings for a group; undefined for none, and for what cannot be read. */
function readSenderKey(padded: Uint8Array): proto.Message.ISenderKeyDistributionMessage | undefined {
  try {
    const message = proto.Message.decode(unpadRandomMax16(padded));
    const item = (message.deviceSentMessage?.message ?? message).senderKeyDistributionMessage;
    return item?.groupId ? item : undefined;
  } catch {
    return undefined;
  }
}
