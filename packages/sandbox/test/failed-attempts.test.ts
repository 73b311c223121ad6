import {
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
  initAuthCreds,
  type SignalRepositoryWithLIDStore,
} from '@whiskeysockets/baileys';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { mendFailedAttempts } from '../src/failed-attempts.js';
import { PhoneKeys } from '../src/phone/phone-keys.js';
import { quietSignal } from '../src/quiet-signal.js';

const ROUNDS = 4;
quietSignal();

type Sent = Awaited<ReturnType<SignalRepositoryWithLIDStore['encryptMessage']>>;

class Party {
  readonly #creds = initAuthCreds();
  readonly #repository: SignalRepositoryWithLIDStore;

  constructor(readonly jid: string) {
    const auth = { creds: this.#creds, keys: new PhoneKeys(jid) };
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

  /** Whether it could be read. */
  hear(other: Party, { type, ciphertext }: Sent): Promise<boolean> {
    return this.#repository.decryptMessage({ jid: other.jid, type, ciphertext }).then(
      () => true,
      () => false,
    );
  }
}

/** Two people begin to write to each other at the same moment and go on; returns how many messages nobody could read. */
async function crossedConversation(): Promise<number> {
  const [ann, ben] = [new Party('100001@lid'), new Party('100002@lid')];
  await Promise.all([ann.begin(ben), ben.begin(ann)]);
  let unread = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [fromAnn, fromBen] = [await ann.say(ben), await ben.say(ann)];
    if (!(await ben.hear(ann, fromAnn))) unread += 1;
    if (!(await ann.hear(ben, fromBen))) unread += 1;
  }
  return unread;
}

describe('a message of one Signal session', () => {
  it('damages the other session of the same two people, as the library is released', async () => {
    expect(await crossedConversation()).toBeGreaterThan(0);
  });

  it('leaves the other session alone once the library is mended, and nothing becomes unreadable', async () => {
    mendFailedAttempts();
    mendFailedAttempts();
    expect(await crossedConversation()).toBe(0);
  });
});
