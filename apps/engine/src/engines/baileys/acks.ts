import { timing } from '@multiwa/contracts';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { ConnectionLostError, type SendOutcome } from '../engine.js';
import { isChannel, isGroup } from './addresses.js';
import { channelFailure } from './channels/mex.js';
import { groupFailure } from './groups/group-error.js';
import { serverTime } from './server-time.js';

interface Waiter {
  resolve(outcome: SendOutcome): void;
  reject(error: Error): void;
  /** From when the message has left. */
  timer: NodeJS.Timeout | undefined;
}

/** Codes of acks that say no for good. What is not listed here or in `passing` is `rejected_by_whatsapp`. */
const RESTRICTED = 463;
const NOT_ON_WHATSAPP = new Set([404, 406]);
/** Overload and trouble on the server's side; and a stanza that it found malformed (479), as after a change of devices. */
const passing = new Set([408, 429, 479, 500, 503]);

/**
 * Waits for the server's acks. The library gives no event for a good one, and folds a bad one into whatever event it has
 * buffered for the message; so the acks are read as they come.
 */
export class Acks {
  readonly #waiters = new Map<string, Waiter>();

  /** @throws ConnectionLostError after `lost` */
  wait(waMessageId: string): Promise<SendOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiters.set(waMessageId, { resolve, reject, timer: undefined });
    });
  }

  /** The message has left: WhatsApp's time to answer begins. Encrypting for many may have taken longer than that. */
  left(waMessageId: string): void {
    const waiter = this.#waiters.get(waMessageId);
    if (!waiter) return;
    waiter.timer = setTimeout(() => {
      this.#take(waMessageId)?.resolve({ kind: 'retry', detail: 'WhatsApp did not confirm in time.' });
    }, timing.send.ackTimeoutMs);
  }

  /** The message will not be sent after all. */
  forget(waMessageId: string): void {
    this.#take(waMessageId);
  }

  settle({ attrs }: BinaryNode): void {
    this.#take(attrs.id ?? '')?.resolve(outcomeOf(attrs));
  }

  lost(): void {
    for (const id of [...this.#waiters.keys()])
      this.#take(id)?.reject(new ConnectionLostError('The socket is closed.'));
  }

  #take(waMessageId: string): Waiter | undefined {
    const waiter = this.#waiters.get(waMessageId);
    clearTimeout(waiter?.timer);
    this.#waiters.delete(waMessageId);
    return waiter;
  }
}

/** What the server's answer means for the message. */
export function outcomeOf({ error, t, from }: BinaryNode['attrs']): SendOutcome {
  if (error === undefined) return { kind: 'sent', at: serverTime(t) };
  const code = Number(error);
  const detail = `WhatsApp answered with error ${error}.`;
  const failure = isGroup(from) ? groupFailure(code) : isChannel(from) ? channelFailure(code) : undefined;
  if (failure) return { kind: 'failed', code: failure, detail };
  if (code === RESTRICTED) return { kind: 'failed', code: 'restricted', detail };
  if (NOT_ON_WHATSAPP.has(code)) return { kind: 'failed', code: 'recipient_not_on_whatsapp', detail };
  if (passing.has(code)) return { kind: 'retry', detail };
  return { kind: 'failed', code: 'rejected_by_whatsapp', detail };
}
