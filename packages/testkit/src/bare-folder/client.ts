import { quietSignal } from '@multiwa/sandbox';
import { trustSandboxRoot } from '@multiwa/sandbox/trust';
import { DisconnectReason, makeWASocket, useMultiFileAuthState, type WASocket } from '@whiskeysockets/baileys';
import pino from 'pino';

/** From the test to this process. */
export type FolderRequest =
  | { do: 'link'; webSocketUrl: string; rootPublicKey: string; folder: string }
  | { do: 'send'; phone: string; text: string }
  | { do: 'end' };
/** From this process to the test. */
export type FolderAnswer = { qr: string } | { linked: true } | { sent: true } | { received: string } | { ended: true };

const logger = pino({ level: 'silent' });
const writes = new Set<Promise<unknown>>();
let socket: WASocket;
let save: () => Promise<void>;

/** As the library's own example does it: one folder, everything in files. */
async function open(folder: string, waWebSocketUrl: string): Promise<void> {
  const { state, saveCreds } = await useMultiFileAuthState(folder);
  const { get, set } = state.keys;
  const keys = { get, set: (data: Parameters<typeof set>[0]) => remember(Promise.resolve(set(data))) };
  save = () => remember(saveCreds());
  socket = makeWASocket({ auth: { creds: state.creds, keys }, waWebSocketUrl, logger });
  socket.ev.on('creds.update', () => void save());
  socket.ev.on('messages.upsert', ({ messages }) => {
    for (const { message } of messages) {
      const received = message?.conversation ?? message?.extendedTextMessage?.text;
      if (received) answer({ received });
    }
  });
  socket.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
    if (qr) answer({ qr });
    if (connection === 'open') answer({ linked: true });
    const { output } = (lastDisconnect?.error ?? {}) as { output?: { statusCode?: number } };
    if (connection !== 'close' || output?.statusCode !== DisconnectReason.restartRequired) return;
    void save().then(() => open(folder, waWebSocketUrl));
  });
}

function remember<T>(write: Promise<T>): Promise<T> {
  writes.add(write);
  return write.finally(() => writes.delete(write));
}

async function end(): Promise<void> {
  await socket.end(undefined);
  await save();
  while (writes.size > 0) await Promise.all(writes);
}

function answer(message: FolderAnswer): void {
  process.send?.(message);
}

quietSignal();
process.on('disconnect', () => process.exit(0));
process.on('message', (request: FolderRequest) => {
  if (request.do === 'link') {
    trustSandboxRoot(request);
    void open(request.folder, request.webSocketUrl);
  } else if (request.do === 'send') {
    const { phone, text } = request;
    void socket.sendMessage(`${phone}@s.whatsapp.net`, { text }).then(() => answer({ sent: true }));
  } else {
    void end().then(() => answer({ ended: true }));
  }
});
