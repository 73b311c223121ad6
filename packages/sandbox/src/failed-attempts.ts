import libsignal from 'libsignal';

interface Chain {
  chainKey: { counter: number; key?: Buffer };
  chainType: number;
  messageKeys: Record<string, Buffer>;
}

/** What decrypting changes of one of the library's sessions. */
interface Session {
  currentRatchet: {
    ephemeralKeyPair: object;
    lastRemoteEphemeralKey: Buffer;
    previousCounter: number;
    rootKey: Buffer;
  };
  _chains: Record<string, Chain>;
}

interface Decrypter {
  doDecryptWhisperMessage(message: Uint8Array, session: Session | undefined): Promise<Buffer>;
}

const mended = Symbol.for('multiwa.failed-attempts-mended');

/**
 * Makes the Signal library of this process leave a session as it was when a message turns out not to belong to it.
 *
 * Two parties that begin to write at the same moment have two sessions with each other, and the library tries a message
 * on each. As released (libsignal 6.0.0) an attempt steps the ratchet of the wrong session before it checks the message's
 * MAC, and the success of another session then stores that damage: what is encrypted in the first one can never be read
 * again, by either side. The reference implementations work on a copy, as here.
 */
export function mendFailedAttempts(): void {
  const prototype = libsignal.SessionCipher.prototype as unknown as Decrypter & { [mended]?: true };
  if (prototype[mended]) return;
  const attempt = prototype.doDecryptWhisperMessage;
  prototype[mended] = true;
  prototype.doDecryptWhisperMessage = async function (this: Decrypter, message, session) {
    if (!session) return attempt.call(this, message, session);
    const before = copyOf(session);
    try {
      return await attempt.call(this, message, session);
    } catch (error) {
      session.currentRatchet = before.currentRatchet;
      session._chains = before._chains;
      throw error;
    }
  };
}

/** Key bytes are replaced, never changed in place, so that the containers are enough. */
function copyOf({ currentRatchet, _chains }: Session): Session {
  const chains = Object.entries(_chains).map(([key, { chainKey, chainType, messageKeys }]) => [
    key,
    { chainKey: { ...chainKey }, chainType, messageKeys: { ...messageKeys } },
  ]);
  return { currentRatchet: { ...currentRatchet }, _chains: Object.fromEntries(chains) };
}
