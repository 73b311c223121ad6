import { type EventRecord, eventOf, type Identity } from '@multiwa/contracts';
import type { ChangedConversation } from './conversation-change.js';

interface Owner {
  workspaceId: string;
  profileId: string;
  conversationId: string;
  chat: string;
  contactId: string | null;
  /** The person of a one-to-one chat. */
  peer: Identity | null;
  by: 'API' | 'PHONE';
}

/** What customers are told of a changed conversation: nothing when nothing changed. */
export function conversationEvents(owner: Owner, change: ChangedConversation, newId: () => string): EventRecord[] {
  const { workspaceId, profileId, conversationId, chat, contactId, peer, by } = owner;
  const { after, changed } = change;
  const ref = { conversationId, chat, peer, by };
  if (changed.includes('deleted')) {
    return [eventOf('conversation.deleted', { id: newId(), workspaceId, profileId, data: ref })];
  }
  if (changed.includes('cleared')) {
    return [eventOf('conversation.cleared', { id: newId(), workspaceId, profileId, data: ref })];
  }
  if (changed.length === 0) return [];
  const { unreadCount, markedUnread, archived, labels, ephemeralSeconds, assigneeId } = after;
  const data = {
    ...ref,
    contactId,
    unreadCount,
    markedUnread,
    archived,
    mutedUntil: after.mutedUntil?.toISOString() ?? null,
    pinnedAt: after.pinnedAt?.toISOString() ?? null,
    labels,
    ephemeralSeconds,
    assigneeId,
    changed: [...changed],
  };
  return [eventOf('conversation.updated', { id: newId(), workspaceId, profileId, data })];
}
