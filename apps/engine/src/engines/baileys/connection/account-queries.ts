import type { WASocket } from '@whiskeysockets/baileys';

type Asking = Pick<WASocket, 'query' | 'generateMessageTag'>;

const SERVER = '@s.whatsapp.net';
const UNLINK_TIMEOUT_MS = 10_000;
const PING_TIMEOUT_MS = 10_000;

/** Unlinks this device at WhatsApp. Rejects when it was not confirmed in time. */
export async function unlink(sock: Asking, jid: string): Promise<void> {
  const node = {
    tag: 'iq',
    attrs: { to: SERVER, type: 'set', xmlns: 'md', id: sock.generateMessageTag() },
    content: [{ tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }],
  };
  const answer: unknown = await sock.query(node, UNLINK_TIMEOUT_MS);
  if (answer === undefined) throw new Error('WhatsApp did not answer in time.');
}

/** Asks for a sign of life, whatever becomes of the answer. */
export function ping(sock: Asking): void {
  const node = {
    tag: 'iq',
    attrs: { to: SERVER, type: 'get', xmlns: 'w:p', id: sock.generateMessageTag() },
    content: [{ tag: 'ping', attrs: {} }],
  };
  sock.query(node, PING_TIMEOUT_MS).catch(() => undefined);
}
