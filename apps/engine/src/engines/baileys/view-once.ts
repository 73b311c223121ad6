import type { Identity } from '@multiwa/contracts';
import type { PassPoint } from '@multiwa/runtime';
import { type BinaryNode, jidNormalizedUser, type WASocket } from '@whiskeysockets/baileys';
import type { Logger } from '../../logger.js';
import type { Inbox } from '../engine.js';
import { completeFrom } from './complete-identity.js';
import { readWithheld } from './read-arrivals.js';
import type { SignalKeys } from './signal-keys.js';

interface Dependencies {
  keys: SignalKeys;
  inbox: Inbox;
  at: PassPoint;
  logger: Logger;
  self(): Identity;
}

/** What WhatsApp says in place of a message that may be seen once: the second for devices that its sender did not encrypt it for. */
const viewOnceTypes = new Set(['view_once', 'view_once_unavailable_fanout']);

/**
 * Tells of messages that may be seen once. Only phones get what is in them; a linked device gets the word that there is one, which
 * the library confirms without telling anything that could be shown. Here it is journaled before that, as a message of its sender.
 */
export function tellOfViewOnce(sock: WASocket, { keys, inbox, at, logger, self }: Dependencies): void {
  const complete = completeFrom(keys);
  const library = sock.ws.listeners('CB:message');

  const keep = async ({ attrs }: BinaryNode): Promise<void> => {
    await inbox.room();
    const arrival = await readWithheld(attrs, self(), complete);
    if (!arrival || !inbox.wants(arrival)) return;
    const entry = inbox.entry(arrival);
    await keys.transaction(async () => keys.journal(entry), jidNormalizedUser(attrs.from));
    at('receive.after-journal');
    inbox.publish([entry]);
    logger.info({ waMessageId: attrs.id }, 'A message to be seen once is on the phone only');
  };

  sock.ws.removeAllListeners('CB:message');
  // What cannot be kept is not confirmed either: WhatsApp hands it to the next connection.
  sock.ws.on('CB:message', async (node: BinaryNode) => {
    if (isWithheld(node)) await keep(node);
    await Promise.all(library.map((listener) => listener(node)));
  });
}

function isWithheld({ content }: BinaryNode): boolean {
  if (!Array.isArray(content) || content.some(({ tag }) => tag === 'enc')) return false;
  return content.some(({ tag, attrs }) => tag === 'unavailable' && viewOnceTypes.has(attrs.type ?? ''));
}
