import type { StatusReason } from '@multiwa/contracts';

/** How a connection to WhatsApp ended, as the engine tells it. */
export interface Disconnect {
  /** WhatsApp's or the client library's code (Baileys' DisconnectReason, or the reason of a `<failure>`); null: none. */
  code: number | null;
  /** The number was linked when it happened. */
  linked: boolean;
  /** What the engine saw beside the code; it counts before the code. */
  sign: DisconnectSign | null;
}

/**
 * `qr_exhausted`: all QR codes of this attempt were shown and none was scanned. `passkey_required`: linking ended in a
 * request for a passkey. `proxy_unreachable`: the profile's proxy could not be reached, or refused.
 */
export type DisconnectSign = 'qr_exhausted' | 'passkey_required' | 'proxy_unreachable';

/** What to do about it. */
export type Reaction =
  | {
      action: 'reconnect';
      /** `now`: at once; `backoff`: exponential with full jitter; `slow`: with the longest pause from the first time on. */
      when: 'now' | 'backoff' | 'slow';
      reason: StatusReason;
      /** Ask the database whether the lease is still ours first: somebody else may hold the session now. */
      confirmOwner: boolean;
    }
  | {
      action: 'stop';
      reason: StatusReason;
      /** The credentials are void: forget them. Nothing but a logout does this. */
      forget: boolean;
    };

const reconnect = (when: 'now' | 'backoff' | 'slow', reason: StatusReason, confirmOwner = false): Reaction => ({
  action: 'reconnect',
  when,
  reason,
  confirmOwner,
});
const stop = (reason: StatusReason, forget = false): Reaction => ({ action: 'stop', reason, forget });

/** Reactions by code for a linked number. What is not listed is a lost connection. */
const table: Readonly<Record<number, Reaction>> = {
  401: stop('logged_out', true),
  // A temporary ban lifts by itself; the credentials stay good.
  402: stop('banned'),
  403: stop('banned'),
  405: reconnect('slow', 'client_outdated'),
  // "Logged out for an unknown reason": not certain enough to throw the credentials away.
  406: stop('logged_out'),
  408: reconnect('backoff', 'timed_out'),
  409: reconnect('slow', 'client_outdated'),
  411: stop('multidevice_mismatch'),
  428: reconnect('backoff', 'connection_lost'),
  440: reconnect('backoff', 'replaced', true),
  500: reconnect('backoff', 'bad_session'),
  503: reconnect('backoff', 'unavailable'),
  515: reconnect('now', 'restart_required'),
};

/** While linking there is nothing to lose: a refusal of half-made credentials only means to begin anew. */
const whileLinking = new Set([401, 406]);

/** The one policy of reconnecting. Pure: who calls it decides about timers and asks the database. */
export function reactToDisconnect({ code, linked, sign }: Disconnect): Reaction {
  if (sign === 'proxy_unreachable') return reconnect('backoff', 'proxy_unreachable');
  if (!linked && sign === 'passkey_required') return stop('passkey_required');
  if (!linked && sign === 'qr_exhausted') return stop('qr_expired');
  if (code === null || (!linked && whileLinking.has(code))) return reconnect('backoff', 'connection_lost');
  return table[code] ?? reconnect('backoff', 'connection_lost');
}
