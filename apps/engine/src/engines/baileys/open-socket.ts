import { EventEmitter } from 'node:events';
import {
  type AuthenticationState,
  Browsers,
  DEFAULT_CONNECTION_CONFIG,
  DisconnectReason,
  makeWASocket,
  type SocketConfig,
  type WASocket,
  type WAVersion,
} from '@whiskeysockets/baileys';
import { LRUCache } from 'lru-cache';
import type { Logger } from '../../logger.js';
import { libraryLogger } from './library-logger.js';

/** How this process reaches WhatsApp, the same for all its sessions. */
export interface NetworkAddress {
  /** Absent on the live network: the library's own. */
  webSocketUrl?: string;
  /** Of the media hosts, in PEM: trusted instead of what the system trusts. Absent on the live network. */
  mediaCertificate?: string;
  /** The client version to show; the library's own when absent. Never fetched. */
  version?: WAVersion;
  /** How long connecting and the handshake may take together. */
  openTimeoutMs?: number;
}

/** As long as the library waits for the two, 20 s for each. */
const OPEN_TIMEOUT_MS = 40_000;

/** The version that the library was released with. */
export const pinnedVersion: WAVersion = DEFAULT_CONNECTION_CONFIG.version;

/** Where the library connects to when it is not told. */
export const liveWebSocketUrl = String(DEFAULT_CONNECTION_CONFIG.waWebSocketUrl);

type PerSession = Pick<
  SocketConfig,
  'msgRetryCounterCache' | 'userDevicesCache' | 'callOfferCache' | 'placeholderResendCache' | 'makeSignalRepository'
> &
  Partial<Pick<SocketConfig, 'agent' | 'fetchAgent' | 'options' | 'cachedGroupMetadata'>> & {
    auth: AuthenticationState;
    /** If this connection links the number, its phone is asked for all that it has kept. */
    fullHistory?: boolean;
  };

/**
 * What the number's phone is told while it links, of which history it is to hand over. Phones give everything only to what calls
 * itself a program on a computer. Later connections call themselves the same as long as the profile wants the same.
 */
function historyWish(fullHistory: boolean): Partial<Pick<SocketConfig, 'syncFullHistory' | 'browser'>> {
  return fullHistory ? { syncFullHistory: true, browser: Browsers.macOS('Desktop') } : { syncFullHistory: false };
}

/** Makes a socket, which begins to connect at once. */
export function openSocket(address: NetworkAddress, session: PerSession, logger: Logger): WASocket {
  const { webSocketUrl, version, openTimeoutMs = OPEN_TIMEOUT_MS } = address;
  const { fullHistory = false, ...config } = session;
  const sock = containingRejections(
    () =>
      makeWASocket({
        ...config,
        ...historyWish(fullHistory),
        ...(webSocketUrl === undefined ? {} : { waWebSocketUrl: webSocketUrl }),
        version: version ?? pinnedVersion,
        // The library spends a tenth of a send on preparing the error of a write that is late: two stack traces for each
        // stanza. Opening has its deadline below, and a connection on which nothing is answered ends by the library's pings.
        connectTimeoutMs: 0,
        logger: libraryLogger(logger),
        // The library hears of empty chunks (history/notice.ts), and does what else follows from them: it reads the app state.
        shouldSyncHistoryMessage: () => true,
        // Receipts say "delivered" either way; showing the number as online would silence its phone's notifications.
        markOnlineOnConnect: false,
        emitOwnEvents: false,
        generateHighQualityLinkPreview: false,
        // Recipients that ask again are answered by resend.ts, since the library's answer is refused.
        getMessage: async () => undefined,
        transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
      }),
    logger,
  );
  spareMemory(sock);
  keepAskingPhone(sock);
  endUnlessOpened(sock, openTimeoutMs);
  return sock;
}

/** Ends a connection whose handshake is not over in time, as a timeout of the network. */
function endUnlessOpened(sock: WASocket, timeoutMs: number): void {
  const timer = setTimeout(() => {
    const error = new Error('WhatsApp did not answer the handshake in time.');
    void sock.end(Object.assign(error, { output: { statusCode: DisconnectReason.timedOut } }));
  }, timeoutMs);
  // The frames of the handshake are bytes; the first one after it is a stanza.
  const onFrame = (frame: unknown) => {
    if (!(frame instanceof Uint8Array)) done();
  };
  const done = () => {
    clearTimeout(timer);
    sock.ws.off('frame', onFrame);
  };
  sock.ws.on('frame', onFrame);
  sock.ev.on('connection.update', ({ connection }) => {
    if (connection === 'close') done();
  });
}

/**
 * What the library keeps to answer requests to send again, which is not its task here. Its caches take room for all of their
 * 1,536 entries when they are made: about 60 kB for each session.
 */
const noMessages = new LRUCache({ max: 1 });
const MAX_BASE_KEYS = 16;
const BASE_KEYS_TTL_MS = 15 * 60_000;

function spareMemory({ messageRetryManager }: WASocket): void {
  if (!messageRetryManager) return;
  Object.assign(messageRetryManager, {
    recentMessagesMap: noMessages,
    addRecentMessage: () => undefined,
    baseKeys: new LRUCache({ max: MAX_BASE_KEYS, ttl: BASE_KEYS_TTL_MS }),
  });
}

/**
 * A message that cannot be read is asked for at its sender, and three seconds later at the number's own phone. When the sender's
 * answers cannot be read either, which five of them show within these seconds, the library gives up on both. The phone has the
 * message still.
 */
function keepAskingPhone({ messageRetryManager }: WASocket): void {
  if (messageRetryManager) messageRetryManager.markRetryFailed = () => undefined;
}

const rejection = Symbol.for('nodejs.rejection');

/**
 * The library registers async listeners and drops their promises: one that fails, as when the socket closes under it,
 * would end the process. Emitters made here hand such failures to the log instead.
 */
function containingRejections(make: () => WASocket, logger: Logger): WASocket {
  const before = EventEmitter.captureRejections;
  EventEmitter.captureRejections = true;
  try {
    const sock = make();
    const log = (error: Error) => logger.warn({ detail: error.message }, 'A listener of the library failed');
    Object.assign(sock.ws, { [rejection]: log });
    return sock;
  } finally {
    EventEmitter.captureRejections = before;
  }
}
