import { capabilitiesOf, timing } from '@multiwa/contracts';
import { trusting } from '@multiwa/runtime';
import { initAuthCreds } from '@whiskeysockets/baileys';
import type { Connection, ConnectionCallbacks, Engine, Route, Session } from '../engine.js';
import { makeProxyRoute } from '../proxy-route.js';
import { selfIdentity } from './addresses.js';
import { BaileysConnection } from './baileys-connection.js';
import { LibraryCaches } from './caches.js';
import { isLinked } from './connection/linking.js';
import { GroupBook } from './groups/group-book.js';
import { GroupCache } from './groups/group-cache.js';
import { renewSenderKey } from './groups/sender-key.js';
import { KeyCache } from './key-cache.js';
import { decodeCredentials } from './key-codec.js';
import { type NetworkAddress, openSocket } from './open-socket.js';
import { KeyState, SignalKeys } from './signal-keys.js';
import { journalingRepository, StanzaIndex } from './signal-repository.js';
import { tellOfViewOnce } from './view-once.js';

interface Options {
  address: NetworkAddress;
  /** Bytes of Signal keys that all sessions together keep in memory. */
  keyCacheBytes: number;
  /** Set by the operator: proxies may have addresses that are not public. */
  allowPrivateProxies: boolean;
  /** How long a media host may give or take nothing; timing.media.idleTimeoutMs by default. */
  mediaIdleTimeoutMs?: number | undefined;
}

/** The engine over Baileys. One for the process: its caches are shared by all sessions. */
export function createBaileysEngine(options: Options): Engine {
  const { address, keyCacheBytes, allowPrivateProxies, mediaIdleTimeoutMs = timing.media.idleTimeoutMs } = options;
  const straight = address.mediaCertificate === undefined ? undefined : trusting(address.mediaCertificate);
  const cache = new KeyCache(keyCacheBytes);
  const libraryCaches = new LibraryCaches();
  const groupCache = new GroupCache();
  /** A session lasts as long as the ownership of its profile. */
  const keyStates = new WeakMap<Session, KeyState>();
  return {
    type: 'BAILEYS',
    capabilities: capabilitiesOf('BAILEYS'),

    async open(
      session: Session,
      callbacks: ConnectionCallbacks,
      { proxyUrl, fullHistory = false }: Route,
    ): Promise<Connection> {
      const { profileId, store, inbox, history, at, logger } = session;
      const stored = await store.loadCredential();
      if (!stored) {
        await store.clear();
        cache.forget(profileId);
        keyStates.delete(session);
      }
      const state = keyStates.get(session) ?? new KeyState();
      keyStates.set(session, state);
      const creds = stored ? decodeCredentials(stored) : initAuthCreds();
      const keys = new SignalKeys({
        store,
        cache,
        state,
        accountLock: () => creds.me?.id,
        at,
        onLearned: callbacks.learned,
      });
      const stanzas = new StanzaIndex();
      const self = () => selfIdentity(creds.me);
      const makeSignalRepository = journalingRepository(
        { keys, inbox, history, at, logger, self, link: () => creds.me?.id },
        stanzas,
      );
      const proxy =
        proxyUrl === undefined ? undefined : makeProxyRoute({ proxyUrl, allowPrivate: allowPrivateProxies });
      const perSession = {
        auth: { creds, keys },
        fullHistory,
        makeSignalRepository,
        ...libraryCaches.of(profileId),
        cachedGroupMetadata: (chat: string) => groups.metadata(chat),
        ...(straight && { fetchAgent: straight.agent, options: { dispatcher: straight.dispatcher } }),
        ...(proxy && { agent: proxy.agent, fetchAgent: proxy.agent, options: { dispatcher: proxy.dispatcher } }),
      };
      const sock = openSocket(address, perSession, logger);
      tellOfViewOnce(sock, { keys, inbox, at, logger, self });
      const groups = new GroupBook({
        sock,
        cache: groupCache.of(profileId, store.lease.generation),
        self,
        callbacks,
        renewKey: (chat) => renewSenderKey(sock, keys, chat),
        logger,
      });
      logger.debug({ linked: isLinked(creds) }, 'Socket opened');
      return new BaileysConnection({
        groups,
        sock,
        creds,
        keys,
        stanzas,
        session,
        callbacks,
        logger,
        proxy,
        media: {
          dispatcher: (proxy ?? straight)?.dispatcher,
          agent: (proxy ?? straight)?.agent,
          idleTimeoutMs: mediaIdleTimeoutMs,
        },
      });
    },
  };
}
