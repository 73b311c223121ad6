import { type ChatChange, mutedForever } from '@multiwa/contracts';
import type { BaileysEventEmitter, BinaryNode } from '@whiskeysockets/baileys';
import { identityOf, isGroup, isSamePerson, selfIdentity } from './addresses.js';
import { listedIds } from './read-receipt.js';

/** What another device of the account did to a chat, under the address by which WhatsApp named it. */
export interface NamedChange {
  jid: string;
  change: ChatChange;
}

/**
 * Tells of what the library reads of the account's app state, at the moment at which it reads it: its own events gather in
 * a buffer, which keeps the first state of all chats back for good unless the history has told of the chat.
 */
export function tapAppState(ev: BaileysEventEmitter, tell: (changes: NamedChange[]) => void): void {
  const emit = ev.emit.bind(ev);
  ev.emit = (event, data) => {
    const changes = appStateChanges(event, data);
    if (changes.length > 0) tell(changes);
    return emit(event, data);
  };
}

/** What an event says of chats, if it comes of the app state: only such updates say under which condition they hold. */
export function appStateChanges(event: string, data: unknown): NamedChange[] {
  if (!Array.isArray(data)) return [];
  if (event === 'chats.delete') {
    return data.flatMap((jid) => (typeof jid === 'string' ? [{ jid, change: { did: 'delete' } as const }] : []));
  }
  if (event !== 'chats.update') return [];
  return data.flatMap((update: unknown) => {
    if (typeof update !== 'object' || update === null || !('conditional' in update)) return [];
    if (!('id' in update) || typeof update.id !== 'string') return [];
    const change = changeOf(update);
    return change ? [{ jid: update.id, change }] : [];
  });
}

function changeOf(update: object): ChatChange | undefined {
  if ('muteEndTime' in update) return { did: 'mute', until: untilOf(update.muteEndTime) };
  if ('archived' in update) return { did: 'archive', archived: update.archived === true };
  if ('pinned' in update) return { did: 'pin', pinned: update.pinned !== null && update.pinned !== undefined };
  if (!('unreadCount' in update)) return undefined;
  if (update.unreadCount === 0) return { did: 'read', waMessageIds: [] };
  return update.unreadCount === -1 ? { did: 'unread' } : undefined;
}

function untilOf(endMs: unknown): string | null {
  if (endMs === null || endMs === undefined) return null;
  const ms = Number(endMs);
  // No end, or one beyond what a date can say.
  if (!(ms > 0) || ms >= Date.parse(mutedForever)) return mutedForever;
  return new Date(ms).toISOString();
}

/** Receipts by which the account's devices tell each other what was read on one of them. */
const readElsewhere = new Set(['read', 'read-self']);

/** What was read on another device of the account; undefined for other receipts. */
export function readReadElsewhere(
  { attrs, content }: BinaryNode,
  me: { id: string; lid?: string } | undefined,
): NamedChange | undefined {
  const { from, id, type = '', recipient, participant } = attrs;
  if (from === undefined || id === undefined || !readElsewhere.has(type)) return undefined;
  const reader = identityOf(participant ?? from);
  if (!isSamePerson(reader, selfIdentity(me))) return undefined;
  const jid = isGroup(from) ? from : recipient;
  return jid === undefined ? undefined : { jid, change: { did: 'read', waMessageIds: [id, ...listedIds(content)] } };
}
