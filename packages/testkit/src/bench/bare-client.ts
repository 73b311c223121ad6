import { randomUUID } from 'node:crypto';
import { quietSignal } from '@multiwa/sandbox';
import { trustSandboxRoot } from '@multiwa/sandbox/trust';
import {
  type AuthenticationState,
  type BinaryNode,
  DisconnectReason,
  makeWASocket,
  type WASocket,
} from '@whiskeysockets/baileys';
import pino from 'pino';
import { memoryAuth } from './memory-auth.js';

/** From the benchmark to this process. */
export type BareRequest =
  | { do: 'link'; webSocketUrl: string; rootPublicKey: string }
  | { do: 'send'; phones: string[]; each: number }
  | { do: 'usage' };
/** From this process to the benchmark. */
export type BareAnswer = { qr: string } | { linked: true } | { sentInMs: number } | BareUsage;

/** So far. */
export interface BareUsage {
  /** Processor time, of user and system. */
  cpuMs: number;
  /** Texts of others that the library handed over. */
  received: number;
}

const logger = pino({ level: 'silent' });
const acks = new Map<string, () => void>();
/** One for each number that was linked. */
const sockets: WASocket[] = [];
let received = 0;

function open(auth: AuthenticationState, waWebSocketUrl: string, index: number): void {
  const socket = makeWASocket({
    auth,
    waWebSocketUrl,
    logger,
    syncFullHistory: false,
    shouldSyncHistoryMessage: () => false,
  });
  sockets[index] = socket;
  socket.ev.on('creds.update', (update) => Object.assign(auth.creds, update));
  socket.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
    if (qr) answer({ qr });
    if (connection === 'open') answer({ linked: true });
    if (connection !== 'close') return;
    const { output } = (lastDisconnect?.error ?? {}) as { output?: { statusCode?: number } };
    if (output?.statusCode === DisconnectReason.restartRequired) open(auth, waWebSocketUrl, index);
    else process.exit(1);
  });
  socket.ev.on('messages.upsert', ({ messages }) => {
    for (const { key, message } of messages) if (!key.fromMe && message) received += 1;
  });
  socket.ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
    const { id = '' } = attrs;
    acks.get(id)?.();
    acks.delete(id);
  });
}

/** Sends to all chats side by side, in each one after the other, and waits for the network's ack of each. The chats are dealt out to the sockets. */
async function send(phones: readonly string[], each: number): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(
    phones.map(async (phone, index) => {
      const socket = sockets[index % sockets.length];
      for (let text = 0; text < each; text += 1) {
        const messageId = `3EB0${randomUUID().replaceAll('-', '').slice(0, 18).toUpperCase()}`;
        const acked = new Promise<void>((resolve) => acks.set(messageId, resolve));
        await socket?.sendMessage(`${phone}@s.whatsapp.net`, { text: `bare ${text}` }, { messageId });
        await acked;
      }
    }),
  );
  return performance.now() - startedAt;
}

function answer(message: BareAnswer): void {
  process.send?.(message);
}

quietSignal();
process.on('disconnect', () => process.exit(0));
process.on('message', (request: BareRequest) => {
  if (request.do === 'link') {
    trustSandboxRoot(request);
    open(memoryAuth(), request.webSocketUrl, sockets.length);
  } else if (request.do === 'usage') {
    const { user, system } = process.cpuUsage();
    answer({ cpuMs: (user + system) / 1_000, received });
  } else {
    void send(request.phones, request.each).then((sentInMs) => answer({ sentInMs }));
  }
});
