import { type OutboundContent, statusChat } from '@multiwa/contracts';
import { jidNormalizedUser } from '@whiskeysockets/baileys';

/**
 * Whom a message is encrypted for when its address does not say it: the audience of a status, and the number itself, whose
 * other devices show what it posted. By phone: the library then leaves out the device that sends. Undefined for anything else.
 */
export function audienceOf(chat: string, content: OutboundContent, me: string | undefined): string[] | undefined {
  if (chat !== statusChat) return undefined;
  const audience = 'status' in content ? (content.status?.audience ?? []) : [];
  return [...audience, ...(me === undefined ? [] : [jidNormalizedUser(me)])];
}
