import { type ChatAction, type ChatMessage, ephemeralSeconds, mutedForever } from '@multiwa/contracts';

/** What is kept of a conversation beside its messages. */
export interface ConversationFields {
  unreadCount: number;
  markedUnread: boolean;
  archived: boolean;
  mutedUntil: Date | null;
  pinnedAt: Date | null;
  labels: string[];
  ephemeralSeconds: number | null;
  assigneeId: string | null;
  lastMessageId: string | null;
  clearedAt: Date | null;
  deletedAt: Date | null;
  /** When each field was changed last, in milliseconds. */
  changedAt: Record<string, number>;
}

/** What is to be changed; what is left out stays. */
export interface ConversationWish {
  /** Messages that stay unread; 0 when all was read. */
  unreadCount?: number | undefined;
  markedUnread?: boolean | undefined;
  archived?: boolean | undefined;
  mutedUntil?: Date | null | undefined;
  pinned?: boolean | undefined;
  labels?: string[] | undefined;
  ephemeralSeconds?: number | undefined;
  assigneeId?: string | null | undefined;
  clear?: true | undefined;
  delete?: true | undefined;
}

const stateFields = [
  'unreadCount',
  'markedUnread',
  'archived',
  'mutedUntil',
  'pinnedAt',
  'labels',
  'ephemeralSeconds',
  'assigneeId',
] as const;
type StateField = (typeof stateFields)[number];
export type ChangedField = StateField | 'cleared' | 'deleted';

export interface ChangedConversation {
  after: ConversationFields;
  /** What is different now; empty when nothing is. */
  changed: ChangedField[];
}

/**
 * A conversation after a change that was made at `at`, here or on the phone. Of two changes of one field the later one holds, in
 * whatever order they are told. As on the phone, a chat is archived or pinned, never both.
 */
export function changeConversation(before: ConversationFields, wish: ConversationWish, at: Date): ChangedConversation {
  const after = { ...before, changedAt: { ...before.changedAt } };
  const atMs = at.getTime();
  const isNews = (field: string) => (before.changedAt[field] ?? 0) <= atMs;
  const set = <F extends StateField>(field: F, value: ConversationFields[F] | undefined) => {
    if (value === undefined || !isNews(field)) return;
    after[field] = value as (typeof after)[F];
    // How much is unread is counted, not wished for.
    if (field !== 'unreadCount') after.changedAt[field] = atMs;
  };
  const { archived, pinned } = wish;
  set('unreadCount', wish.unreadCount === undefined ? undefined : Math.min(before.unreadCount, wish.unreadCount));
  set('markedUnread', wish.markedUnread);
  set('archived', archived ?? (pinned ? false : undefined));
  set('pinnedAt', pinned === undefined ? (archived ? null : undefined) : pinned ? (before.pinnedAt ?? at) : null);
  set('mutedUntil', wish.mutedUntil);
  set('labels', wish.labels && [...new Set(wish.labels)]);
  set('ephemeralSeconds', wish.ephemeralSeconds);
  set('assigneeId', wish.assigneeId);
  if (wish.clear ?? wish.delete) empty(after, at);
  if (wish.delete) Object.assign(after, { deletedAt: at, archived: false, pinnedAt: null });
  const changed: ChangedField[] = stateFields.filter((field) => !isSame(before[field], after[field]));
  if (wish.clear && isLater(at, before.clearedAt)) changed.push('cleared');
  if (wish.delete && isLater(at, before.deletedAt)) changed.push('deleted');
  return { after, changed };
}

/** What WhatsApp is to be told of a change made here. `unread`: the messages that were read, newest first. */
export function chatActionsOf(
  { after, changed }: ChangedConversation,
  { last, unread, newWaMessageId }: { last: ChatMessage | null; unread: ChatMessage[]; newWaMessageId(): string },
): ChatAction[] {
  const has = (field: ChangedField) => changed.includes(field);
  if (has('deleted')) return [{ do: 'delete', last }];
  if (has('cleared')) return [{ do: 'clear', last }];
  const actions: ChatAction[] = [];
  const { markedUnread, archived, mutedUntil, pinnedAt } = after;
  const unmark = has('markedUnread') && !markedUnread;
  if (unread.length > 0 || unmark) actions.push({ do: 'read', messages: unread, unmark, last });
  if (has('markedUnread') && markedUnread) actions.push({ do: 'unread', last });
  if (has('archived')) actions.push({ do: 'archive', archived, last });
  if (has('pinnedAt')) actions.push({ do: 'pin', pinned: pinnedAt !== null });
  if (has('mutedUntil')) actions.push({ do: 'mute', until: mutedUntil?.toISOString() ?? null });
  const seconds = ephemeralSeconds.find((offered) => offered === after.ephemeralSeconds);
  if (has('ephemeralSeconds') && seconds !== undefined) {
    actions.push({ do: 'ephemeral', seconds, waMessageId: newWaMessageId() });
  }
  return actions;
}

/** Whether a chat is muted for good. */
export function isMutedForever(until: string): boolean {
  return until === mutedForever;
}

function empty(after: ConversationFields, at: Date): void {
  Object.assign(after, { clearedAt: at, unreadCount: 0, markedUnread: false, lastMessageId: null });
}

function isLater(at: Date, than: Date | null): boolean {
  return than === null || at > than;
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  if (Array.isArray(one) && Array.isArray(other)) return JSON.stringify(one) === JSON.stringify(other);
  return one === other;
}
