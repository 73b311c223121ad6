import type { Identity } from '@multiwa/contracts';
import { isJidGroup, isJidNewsletter, isLidUser, isPnUser, jidDecode } from '@whiskeysockets/baileys';

/** The digits of a person's address without the device; null for anything else. */
function digitsOf(jid: string | undefined, server: 'pn' | 'lid'): string | null {
  if (jid === undefined || !(server === 'pn' ? isPnUser(jid) : isLidUser(jid))) return null;
  const user = jidDecode(jid)?.user;
  return user !== undefined && /^\d{5,20}$/.test(user) ? user : null;
}

/** Joins what is known of one person: WhatsApp names them by phone number, by LID, or by both in two attributes. */
export function identityOf(...jids: (string | undefined)[]): Identity {
  const first = (server: 'pn' | 'lid') => jids.map((jid) => digitsOf(jid, server)).find((digits) => digits !== null);
  return { phone: first('pn') ?? null, lid: first('lid') ?? null };
}

/** The address that a person's chat goes by: the phone's whenever it is known. */
export function chatOf({ phone, lid }: Identity): string | null {
  if (phone !== null) return `${phone}@s.whatsapp.net`;
  return lid === null ? null : `${lid}@lid`;
}

/** The address that a person goes by inside a message: null for nobody. */
export const jidOf = chatOf;

export function isSamePerson(one: Identity, other: Identity): boolean {
  return (one.phone !== null && one.phone === other.phone) || (one.lid !== null && one.lid === other.lid);
}

/** How the number itself is called; the credentials hold both names once it is linked. */
export function selfIdentity(me: { id: string; lid?: string } | undefined): Identity {
  return identityOf(me?.id, me?.lid);
}

export { isJidGroup as isGroup, isJidNewsletter as isChannel };
