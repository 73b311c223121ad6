import { jidDecode } from '@whiskeysockets/baileys';

/** How a stanza names people: by phone number or by LID. */
export type Addressing = 'pn' | 'lid';

/** A device of a user, as a JID names it. */
export interface Address {
  user: string;
  device: number;
  addressing: Addressing;
}

export const SERVER_JID = 's.whatsapp.net';

/** Writes a JID; device 0 is left out, as the binary encoding would lose it anyway. */
export function jidOf(user: string, addressing: Addressing, device = 0): string {
  const server = addressing === 'lid' ? 'lid' : SERVER_JID;
  return device === 0 ? `${user}@${server}` : `${user}:${device}@${server}`;
}

/** Reads a user's JID; undefined for groups, broadcasts, servers and everything else. */
export function addressOf(jid: string | undefined): Address | undefined {
  const decoded = jidDecode(jid);
  if (!decoded?.user) return undefined;
  const server: string = decoded.server;
  if (server !== SERVER_JID && server !== 'lid') return undefined;
  return { user: decoded.user, device: decoded.device ?? 0, addressing: server === 'lid' ? 'lid' : 'pn' };
}
