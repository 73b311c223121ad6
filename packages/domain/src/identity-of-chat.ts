import type { Identity } from '@multiwa/contracts';
import { userOfChat } from './addresses.js';

/** The person of a one-to-one chat, as far as its address names them; null for a group. */
export function identityOfChat(chat: string): Identity | null {
  if (chat.endsWith('@s.whatsapp.net')) return { phone: userOfChat(chat), lid: null };
  return chat.endsWith('@lid') ? { phone: null, lid: userOfChat(chat) } : null;
}
