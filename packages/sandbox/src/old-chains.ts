import libsignal from 'libsignal';

/** Of each session; the reference implementations keep as many (libsignal, rust/protocol/src/consts.rs, MAX_RECEIVER_CHAINS). */
const KEPT = 5;
/** Of chains that still have the key of a message which has not come: it may be confirmed late, and come hours later. */
const KEPT_WITH_KEYS = 40;
/** libsignal, src/chain_type.js. */
const RECEIVING = 2;

interface Chain {
  chainType: number;
  messageKeys: Record<string, Buffer>;
}

interface Session {
  /** By the other side's ratchet key, the oldest first. */
  _chains: Record<string, Chain>;
}

interface Stepper {
  maybeStepRatchet(session: Session, remoteKey: Buffer, previousCounter: number): void;
}

const mended = Symbol.for('multiwa.old-chains-forgotten');

/**
 * Makes the Signal library of this process forget what a session has no more use for.
 *
 * Each time that the other side answers, a session begins a chain of keys. As released (libsignal 6.0.0) it keeps all of them
 * for ever, used up or not: a conversation of a thousand turns takes 120 KB, which are read, parsed and written with every
 * message. Here the last ones stay, and of those before them the ones with keys of messages that have not come yet.
 */
export function forgetOldChains(): void {
  const prototype = libsignal.SessionCipher.prototype as unknown as Stepper & { [mended]?: true };
  if (prototype[mended]) return;
  const step = prototype.maybeStepRatchet;
  prototype[mended] = true;
  prototype.maybeStepRatchet = function (this: Stepper, session, remoteKey, previousCounter) {
    step.call(this, session, remoteKey, previousCounter);
    forget(session._chains);
  };
}

function forget(chains: Session['_chains']): void {
  const receiving = Object.entries(chains).filter(([, { chainType }]) => chainType === RECEIVING);
  const older = receiving.slice(0, -KEPT);
  const awaited = older.filter(([, { messageKeys }]) => Object.keys(messageKeys).length > 0);
  const kept = new Set(awaited.slice(-KEPT_WITH_KEYS).map(([key]) => key));
  for (const [key] of older) if (!kept.has(key)) delete chains[key];
}
