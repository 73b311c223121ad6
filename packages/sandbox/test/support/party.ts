import {
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
  initAuthCreds,
  type SignalRepositoryWithLIDStore,
} from '@whiskeysockets/baileys';
import { pino } from 'pino';
import { PhoneKeys } from '../../src/phone/phone-keys.js';
import { quietSignal } from '../../src/quiet-signal.js';

quietSignal();

export type Sent = Awaited<ReturnType<SignalRepositoryWithLIDStore['encryptMessage']>>;

/** Whoever writes by Signal, without a network. */
export class Party {
  readonly #creds = initAuthCreds();
  readonly #keys: PhoneKeys;
  readonly #repository: SignalRepositoryWithLIDStore;

  constructor(readonly jid: string) {
    this.#keys = new PhoneKeys(jid);
    const auth = { creds: this.#creds, keys: this.#keys };
    this.#repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(auth, pino({ level: 'silent' }));
  }

  begin(other: Party): Promise<void> {
    const { registrationId, signedIdentityKey, signedPreKey } = other.#creds;
    const { keyId, keyPair, signature } = signedPreKey;
    const session = {
      registrationId,
      identityKey: generateSignalPubKey(signedIdentityKey.public),
      signedPreKey: { keyId, publicKey: generateSignalPubKey(keyPair.public), signature },
      preKey: undefined,
    };
    return this.#repository.injectE2ESession({ jid: other.jid, session: session as never });
  }

  say(other: Party): Promise<Sent> {
    return this.#repository.encryptMessage({ jid: other.jid, data: Buffer.from('hello') });
  }

  /** Length of the stored session with the other, in bytes. */
  stored(other: Party): number {
    const name = this.#repository.jidToSignalProtocolAddress(other.jid);
    return JSON.stringify(this.#keys.get('session', [name])[name]).length;
  }

  /** Whether it could be read. */
  hear(other: Party, { type, ciphertext }: Sent): Promise<boolean> {
    return this.#repository.decryptMessage({ jid: other.jid, type, ciphertext }).then(
      () => true,
      () => false,
    );
  }
}
