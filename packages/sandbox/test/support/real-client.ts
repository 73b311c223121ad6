import {
  type AuthenticationCreds,
  type ConnectionState,
  DisconnectReason,
  initAuthCreds,
  makeCacheableSignalKeyStore,
  makeWASocket,
  type proto,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
  type UserFacingSocketConfig,
  type WAMessage,
} from '@whiskeysockets/baileys';
import { pino } from 'pino';

export type RealSocket = ReturnType<typeof makeWASocket>;

/** One thing that the real library told its application. */
export interface Upsert {
  message: WAMessage;
  type: 'append' | 'notify';
}

export interface Update {
  id: string;
  remoteJid: string;
  status?: number | null;
  stub?: string[] | null;
}

const logger = pino({ level: 'silent' });

/** The key store of an application that keeps everything in memory. */
export class MemoryKeys implements SignalKeyStore {
  private readonly values = new Map<string, unknown>();

  get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]): { [id: string]: SignalDataTypeMap[T] } {
    const found: { [id: string]: SignalDataTypeMap[T] } = {};
    for (const id of ids) {
      const value = this.values.get(`${type}/${id}`);
      if (value !== undefined) found[id] = value as SignalDataTypeMap[T];
    }
    return found;
  }

  set(data: SignalDataSet): void {
    for (const [type, changes] of Object.entries(data)) {
      for (const [id, value] of Object.entries(changes ?? {})) {
        if (value === null) this.values.delete(`${type}/${id}`);
        else this.values.set(`${type}/${id}`, value);
      }
    }
  }
}

/** An application around the unmodified library: it restarts on 515, keeps what it was told, and can be waited on. */
export class RealClient {
  readonly creds: AuthenticationCreds = initAuthCreds();
  readonly keys = new MemoryKeys();
  readonly upserts: Upsert[] = [];
  readonly updates: Update[] = [];
  readonly qrs: string[] = [];
  readonly closeCodes: number[] = [];
  readonly sentTexts = new Map<string, proto.IMessage>();
  /** Times `connection: open` was seen. */
  opened = 0;
  private socket: RealSocket | undefined;
  private readonly changes = new Set<() => void>();

  constructor(
    public webSocketUrl: string,
    private readonly overrides: Partial<UserFacingSocketConfig> = {},
  ) {}

  get sock(): RealSocket {
    if (!this.socket) throw new Error('not connected');
    return this.socket;
  }

  get me(): string {
    return this.creds.me?.id ?? '';
  }

  connect(): this {
    const sock = makeWASocket({
      auth: { creds: this.creds, keys: makeCacheableSignalKeyStore(this.keys, logger) },
      waWebSocketUrl: this.webSocketUrl,
      logger,
      retryRequestDelayMs: 10,
      getMessage: async ({ id }) => this.sentTexts.get(id ?? ''),
      ...this.overrides,
    });
    this.socket = sock;
    sock.ev.on('creds.update', (update) => Object.assign(this.creds, update));
    sock.ev.on('connection.update', (update) => this.onConnection(sock, update));
    sock.ev.on('messages.upsert', ({ messages, type }) => {
      for (const message of messages) this.upserts.push({ message, type });
      this.changed();
    });
    sock.ev.on('messages.update', (updates) => {
      for (const { key, update } of updates) {
        const { id = '', remoteJid = '' } = key;
        this.updates.push({
          id: id ?? '',
          remoteJid: remoteJid ?? '',
          status: update.status,
          stub: update.messageStubParameters,
        });
      }
      this.changed();
    });
    return this;
  }

  /** Resolves when `found` returns something, which is checked at every event. */
  async until<T>(what: string, found: () => T | undefined | false | null, timeoutMs = 10_000): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const result = found();
      if (result) return result;
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`no ${what} within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.changes.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, leftMs);
        this.changes.add(wake);
      });
    }
  }

  untilOpen(times = 1): Promise<true> {
    return this.until(`open connection (${times})`, () => this.opened >= times);
  }

  qr(): Promise<string> {
    return this.until('QR code', () => this.qrs.at(-1));
  }

  closeCode(times = 1): Promise<number> {
    return this.until('close', () => this.closeCodes[times - 1]);
  }

  /** The first message with this text that did not come from this account. */
  received(text: string): Promise<Upsert> {
    return this.until(`message ${text}`, () =>
      this.upserts.find(({ message }) => !message.key.fromMe && textOf(message) === text),
    );
  }

  upsertsOf(id: string): Upsert[] {
    return this.upserts.filter(({ message }) => message.key.id === id);
  }

  /** Resolves when the message reached this status (3 delivered, 4 read, 0 error). */
  status(id: string, status: number): Promise<unknown> {
    return this.until(
      `status ${status} of ${id}`,
      () =>
        this.updates.find((update) => update.id === id && update.status === status) ??
        this.upserts.find(({ message }) => message.key.id === id && message.status === status),
    );
  }

  async sendText(to: string, text: string, messageId?: string): Promise<string> {
    const content = { conversation: text };
    const id = await this.sock.relayMessage(to, content, messageId === undefined ? {} : { messageId });
    this.sentTexts.set(id, content);
    return id;
  }

  async disconnect(): Promise<void> {
    const sock = this.socket;
    this.socket = undefined;
    await sock?.end(undefined);
  }

  private onConnection(sock: RealSocket, { connection, qr, lastDisconnect }: Partial<ConnectionState>): void {
    if (qr) this.qrs.push(qr);
    if (connection === 'open') this.opened += 1;
    if (connection === 'close') {
      sock.ev.flush();
      const code = statusCodeOf(lastDisconnect?.error);
      this.closeCodes.push(code);
      if (code === DisconnectReason.restartRequired && this.socket === sock) this.connect();
    }
    this.changed();
  }

  private changed(): void {
    for (const wake of [...this.changes]) wake();
  }
}

/** Text of a message as the library hands it over. */
export function textOf({ message }: WAMessage): string | undefined {
  return message?.conversation ?? message?.extendedTextMessage?.text ?? undefined;
}

function statusCodeOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('output' in error)) return 0;
  const { output } = error;
  return typeof output === 'object' && output !== null && 'statusCode' in output ? Number(output.statusCode) : 0;
}
