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
const sockets = new Set<unknown>();

interface Opened {
  end(): void;
}

/**
 * Resolves when the connection is open; also over the restart that linking asks for, and over a connection that the library gave
 * up since so many sockets of one process kept each other waiting.
 */
function open(auth: MemoryAuth, waWebSocketUrl: string, onQr?: (qr: string) => void): Promise<Opened> {
  return new Promise((resolve) => {
    let ended = false;
    const connect = () => {
      const socket = makeWASocket({
        auth,
        waWebSocketUrl,
        logger,
        syncFullHistory: false,
        shouldSyncHistoryMessage: () => false,
      });
      sockets.add(socket);
      socket.ev.on('creds.update', (update) => Object.assign(auth.creds, update));
      socket.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
        if (qr) onQr?.(qr);
        const end = () => {
          ended = true;
          sockets.delete(socket);
          socket.end(undefined);
        };
        if (connection === 'open') resolve({ end });
        if (connection !== 'close' || ended) return;
        const { output } = (lastDisconnect?.error ?? {}) as { output?: { statusCode?: number } };
        if (output?.statusCode === DisconnectReason.loggedOut) process.exit(1);
        sockets.delete(socket);
        connect();
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
    await sideBySide(auths, OPENING, async (auth) => void (await open(auth, webSocketUrl)));
    return { openMs: performance.now() - startedAt };
  }
  const auths = request.phones.map((phone) => ({ phone, auth: memoryAuth() }));
  await sideBySide(auths, OPENING, async ({ phone, auth }) => {
    const linked = await open(auth, webSocketUrl, (qr) => void sandbox.scan(phone, qr));
    linked.end();
  });
  writeFileSync(request.file, auths.map(({ auth }) => auth.save()).join('\n'));
  return { linked: auths.length };
}

quietSignal();
process.on('disconnect', () => process.exit(0));
process.on('message', (request: BareSessionsRequest) => {
  void carryOut(request).then((answer) => process.send?.(answer));
});
