import { type OutboundContent, statusChat } from '@multiwa/contracts';
import { jidNormalizedUser, type WASocket } from '@whiskeysockets/baileys';

/**
 * Whom a message is encrypted for when its address does not say it: the audience of a status, and the number itself, whose
 * other devices show what it posted. By phone: the library then leaves out the device that sends. Undefined for anything else.
 */
export function audienceOf(chat: string, content: OutboundContent, me: string | undefined): string[] | undefined {
  if (chat !== statusChat) return undefined;
  const audience = 'status' in content ? (content.status?.audience ?? []) : [];
  return [...audience, ...(me === undefined ? [] : [jidNormalizedUser(me)])];
}

/** People whose devices are asked for, and greeted, in one go. */
const AT_ONCE = 50;

/**
 * Asks for the devices of an audience and begins the Signal sessions with those that are new, some at a time. The library would
 * do so for all at once: the signatures of a thousand keys take as long as another worker waits before it thinks us dead.
 */
export async function meetAudience(
  sock: Pick<WASocket, 'getUSyncDevices' | 'assertSessions'>,
  audience: readonly string[],
): Promise<void> {
  for (let from = 0; from < audience.length; from += AT_ONCE) {
    const devices = await sock.getUSyncDevices(audience.slice(from, from + AT_ONCE), true, false);
    await sock.assertSessions(devices.map(({ jid }) => jid));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
