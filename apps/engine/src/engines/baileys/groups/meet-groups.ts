import type { BinaryNode } from '@whiskeysockets/baileys';
import type { ConnectionContext } from '../connection/context.js';
import type { GroupBook } from './group-book.js';

/** Of a number that was just linked nobody knows yet which groups it is in: WhatsApp is asked. Never rejects. */
export async function meetGroups(
  { session, lifetime, logger }: Pick<ConnectionContext, 'session' | 'lifetime' | 'logger'>,
  groups: Pick<GroupBook, 'sync'>,
): Promise<void> {
  try {
    if (!(await session.knowsGroups())) await groups.sync();
  } catch (error) {
    if (!lifetime.over) logger.info({ detail: String(error) }, 'WhatsApp did not say which groups the number is in');
  }
}

/** Groups changed in ways of which WhatsApp has kept no notifications for us. */
export function areGroupsDirty({ content }: BinaryNode): boolean {
  return Array.isArray(content) && content.some(({ attrs }) => attrs.type === 'groups');
}
