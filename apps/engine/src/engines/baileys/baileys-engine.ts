import { initAuthCreds } from '@whiskeysockets/baileys';
import type { Logger } from '../../logger.js';
import type { Connection, ConnectionCallbacks, Engine, Session } from '../engine.js';
import { selfIdentity } from './addresses.js';
import { BaileysConnection, isLinked } from './baileys-connection.js';
import { LibraryCaches } from './caches.js';
import { sendableTypes } from './converters/index.js';
import { KeyCache } from './key-cache.js';
import { decodeCredentials } from './key-codec.js';
import { type NetworkAddress, openSocket } from './open-socket.js';
import { SignalKeys } from './signal-keys.js';
import { journalingRepository, StanzaIndex } from './signal-repository.js';

interface Options {
  address: NetworkAddress;
  logger: Logger;
  /** Bytes of Signal keys that all sessions together keep in memory. */
  keyCacheBytes: number;
}

/** The engine over Baileys. One for the process: its caches are shared by all sessions. */
export function createBaileysEngine({ address, logger, keyCacheBytes }: Options): Engine {
  const cache = new KeyCache(keyCacheBytes);
  const libraryCaches = new LibraryCaches();
  return {
    type: 'BAILEYS',
    capabilities: ['link.qr', 'link.code', 'logout', ...sendableTypes.map((type) => `send.${type}` as const)],

    async open(session: Session, callbacks: ConnectionCallbacks): Promise<Connection> {
      const { profileId, store, inbox, at } = session;
      const ownLogger = logger.child({ profileId });
      const stored = await store.loadCredential();
      if (!stored) {
        await store.clear();
        cache.forget(profileId);
      }
      const creds = stored ? decodeCredentials(stored) : initAuthCreds();
      const keys = new SignalKeys({ store, cache, accountLock: () => creds.me?.id, at });
      const stanzas = new StanzaIndex();
      const self = () => selfIdentity(creds.me);
      const makeSignalRepository = journalingRepository({ keys, inbox, at, logger: ownLogger, self }, stanzas);
      const perSession = { auth: { creds, keys }, makeSignalRepository, ...libraryCaches.of(profileId) };
      const sock = openSocket(address, perSession, ownLogger);
      ownLogger.debug({ linked: isLinked(creds) }, 'Socket opened');
      return new BaileysConnection({ sock, creds, keys, stanzas, session, callbacks, logger: ownLogger });
    },
  };
}
