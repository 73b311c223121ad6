import { readFileSync, writeFileSync } from 'node:fs';
import { quietSignal } from '@multiwa/sandbox';
import { createSandboxClient } from '@multiwa/sandbox/client';
import { trustSandboxRoot } from '@multiwa/sandbox/trust';
import { DisconnectReason, makeWASocket } from '@whiskeysockets/baileys';
import pino from 'pino';
import { type MemoryAuth, memoryAuth } from './memory-auth.js';
import { sideBySide } from './side-by-side.js';

/** From the benchmark to this process. The file keeps the linked sessions between two processes, one in each line. */
export type BareSessionsRequest =
  | { do: 'link'; sandboxUrl: string; phones: string[]; file: string }
  | { do: 'open'; sandboxUrl: string; file: string }
  | { do: 'usage' };
/** From this process to the benchmark. */
export type BareSessionsAnswer = { linked: number } | { openMs: number } | { rssBytes: number };

/** As many as an engine opens at the same time. */
const OPENING = 16;
const logger = pino({ level: 'silent' });
/** Ends nothing: they stay as long as the process. */
const sockets: unknown[] = [];

/** Resolves when the connection is open; also over the restart that linking asks for. */
function open(auth: MemoryAuth, waWebSocketUrl: string, onQr?: (qr: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const connect = () => {
      const socket = makeWASocket({
        auth,
        waWebSocketUrl,
        logger,
        syncFullHistory: false,
        shouldSyncHistoryMessage: () => false,
      });
      sockets.push(socket);
      socket.ev.on('creds.update', (update) => Object.assign(auth.creds, update));
      socket.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
        if (qr) onQr?.(qr);
        if (connection === 'open') resolve();
        if (connection !== 'close') return;
        const { output } = (lastDisconnect?.error ?? {}) as { output?: { statusCode?: number } };
        if (output?.statusCode === DisconnectReason.restartRequired) connect();
        else process.exit(1);
      });
    };
    connect();
  });
}

async function carryOut(request: BareSessionsRequest): Promise<BareSessionsAnswer> {
  if (request.do === 'usage') return { rssBytes: process.memoryUsage().rss };
  const sandbox = createSandboxClient(request.sandboxUrl);
  const network = await sandbox.network();
  trustSandboxRoot(network);
  const { webSocketUrl } = network;
  if (request.do === 'open') {
    const auths = readFileSync(request.file, 'utf8').split('\n').map(memoryAuth);
    const startedAt = performance.now();
    await sideBySide(auths, OPENING, (auth) => open(auth, webSocketUrl));
    return { openMs: performance.now() - startedAt };
  }
  const auths = request.phones.map((phone) => ({ phone, auth: memoryAuth() }));
  await sideBySide(auths, OPENING, async ({ phone, auth }) => {
    await open(auth, webSocketUrl, (qr) => void sandbox.scan(phone, qr));
  });
  writeFileSync(request.file, auths.map(({ auth }) => auth.save()).join('\n'));
  return { linked: auths.length };
}

quietSignal();
process.on('disconnect', () => process.exit(0));
process.on('message', (request: BareSessionsRequest) => {
  void carryOut(request).then((answer) => process.send?.(answer));
});
