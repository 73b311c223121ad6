import { expect, test } from 'vitest';
import { type ConversationFields, changeConversation } from '../src/index.js';

const at = (ms: number) => new Date(1_800_000_000_000 + ms);
const fresh: ConversationFields = {
  unreadCount: 3,
  markedUnread: false,
  archived: false,
  mutedUntil: null,
  pinnedAt: null,
  labels: [],
  ephemeralSeconds: null,
  assigneeId: null,
  lastMessageId: 'm',
  clearedAt: null,
  deletedAt: null,
  changedAt: {},
};

test('of two changes of one field the later one holds, in whatever order they are told', () => {
  const archived = changeConversation(fresh, { archived: true }, at(20)).after;
  const late = changeConversation(archived, { archived: false }, at(10));
  expect([late.changed, late.after.archived]).toEqual([[], true]);
  const other = changeConversation(archived, { markedUnread: true }, at(10));
  expect(other.changed).toEqual(['markedUnread']);
});

test('a change told twice changes once', () => {
  const once = changeConversation(fresh, { delete: true }, at(5));
  expect(once.changed).toContain('deleted');
  expect(changeConversation(once.after, { delete: true }, at(5)).changed).toEqual([]);
});

test('a chat is archived or pinned, never both', () => {
  const pinned = changeConversation(fresh, { pinned: true }, at(1)).after;
  const archived = changeConversation(pinned, { archived: true }, at(2));
  expect([archived.after.pinnedAt, archived.changed]).toEqual([null, ['archived', 'pinnedAt']]);
  const again = changeConversation(archived.after, { pinned: true }, at(3)).after;
  expect([again.archived, again.pinnedAt]).toEqual([false, at(3)]);
});

test('reading never makes more unread than there was', () => {
  expect(changeConversation(fresh, { unreadCount: 7 }, at(1)).after.unreadCount).toBe(3);
  expect(changeConversation(fresh, { unreadCount: 1 }, at(1)).after.unreadCount).toBe(1);
});

test('clearing and deleting leave nothing unread and no last message', () => {
  for (const wish of [{ clear: true }, { delete: true }] as const) {
    const { after } = changeConversation({ ...fresh, markedUnread: true }, wish, at(1));
    expect(after).toMatchObject({ unreadCount: 0, markedUnread: false, lastMessageId: null, clearedAt: at(1) });
  }
});
