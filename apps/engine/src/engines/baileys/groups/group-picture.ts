import { CodedError, type Picture } from '@multiwa/contracts';
import type { WASocket } from '@whiskeysockets/baileys';
import { jpegOf } from '../people/jpeg-size.js';
import { refusalOf } from './group-error.js';

const QUERY_TIMEOUT_MS = 8_000;
const SERVER = '@s.whatsapp.net';
const NO_PICTURE = 404;
const HIDDEN = new Set([401, 403]);

type Asking = Pick<WASocket, 'profilePictureUrl' | 'query' | 'generateMessageTag'>;

/** Where the picture of a group lies at WhatsApp. */
export async function groupPicture(sock: Asking, chat: string): Promise<Picture> {
  try {
    return { url: (await sock.profilePictureUrl(chat, 'image', QUERY_TIMEOUT_MS)) ?? null, hidden: false };
  } catch (error) {
    const code = refusalOf(error) ?? 0;
    if (code === NO_PICTURE) return { url: null, hidden: false };
    if (HIDDEN.has(code)) return { url: null, hidden: true };
    throw error;
  }
}

/** Gives a group another picture, or none. The library would convert it by programs that are not installed here. */
export async function changeGroupPicture(
  sock: Asking,
  chat: string,
  picture: { jpegBase64: string } | null,
): Promise<void> {
  const jpeg = picture && jpegOf(picture.jpegBase64);
  const attrs = { to: SERVER, target: chat, type: 'set', xmlns: 'w:profile:picture', id: sock.generateMessageTag() };
  const content = jpeg ? [{ tag: 'picture', attrs: { type: 'image' }, content: jpeg }] : undefined;
  const answer: unknown = await sock.query({ tag: 'iq', attrs, content }, QUERY_TIMEOUT_MS);
  if (!answer) throw new CodedError('ask_timeout');
}
