import {
  type AuthenticationCreds,
  DisconnectReason,
  initAuthCreds,
  makeWASocket,
  type SignalDataTypeMap,
  type SignalKeyStore,
  type WAMessage,
  type WAMessageUpdate,
  type WASocket,
} from '@whiskeysockets/baileys';
import { libraryLogger } from '../../src/engines/baileys/library-logger.js';
import type { Logger } from '../../src/logger.js';

/**
 * An application that trusts the client library: no measure of ours, keys in memory, and what it knows is what the
 * library's events told it.
 */
export class BareClient {
  /** Messages of `messages.upsert`, in order. */
  readonly upserts: WAMessage[] = [];
  /** Changes of `messages.update`, in order. */
  readonly updates: WAMessageUpdate[] = [];
  /** The QR code shown last. */
  qr: string | undefined;
  opened = 0;
  closed = 0;
  readonly #creds: AuthenticationCreds = initAuthCreds();
  readonly #keys = memoryKeys();
  #sock: WASocket | undefined;

  constructor(
    readonly webSocketUrl: string,
    readonly logger: Logger,
  ) {}

  get sock(): WASocket {
    if (!this.#sock) throw new Error('not connected');
    return this.#sock;
  }

  connect(): void {
    const sock = makeWASocket({
      auth: { creds: this.#creds, keys: this.#keys },
      waWebSocketUrl: this.webSocketUrl,
      logger: libraryLogger(this.logger),
    });
    this.#sock = sock;
    sock.ev.on('messages.upsert', ({ messages }) => this.upserts.push(...messages));
    sock.ev.on('messages.update', (updates) => this.updates.push(...updates));
    sock.ev.on('creds.update', (update) => Object.assign(this.#creds, update));
    sock.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
      this.qr = qr ?? this.qr;
      if (connection === 'open') this.opened += 1;
      if (connection !== 'close') return;
      this.closed += 1;
      const { output } = (lastDisconnect?.error ?? {}) as { output?: { statusCode?: number } };
      if (output?.statusCode === DisconnectReason.restartRequired) this.connect();
    });
  }

  /** Texts that the library handed over, in order. */
  texts(): string[] {
    return this.upserts.flatMap(({ message }) => message?.conversation ?? message?.extendedTextMessage?.text ?? []);
  }
}

function memoryKeys(): SignalKeyStore {
  const values = new Map<string, unknown>();
  return {
    get: (type, ids) => {
      const found = ids.flatMap((id) => (values.has(`${type}|${id}`) ? [[id, values.get(`${type}|${id}`)]] : []));
      return Object.fromEntries(found) as Record<string, SignalDataTypeMap[typeof type]>;
    },
    set(data) {
      for (const [type, changes] of Object.entries(data))
        for (const [id, value] of Object.entries(changes ?? {}))
          if (value === null) values.delete(`${type}|${id}`);
          else values.set(`${type}|${id}`, value);
    },
  };
}
