import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEventCursor, decodeListCursor, encodeEventCursor, encodeListCursor } from '../src/cursor.js';
import { newId } from '../src/ids.js';

const position = { at: new Date('2026-11-23T05:00:00.123Z'), id: newId() };

test('a list cursor gives back its position, to the millisecond and without a time', () => {
  expect(decodeListCursor('messages', encodeListCursor('messages', position))).toEqual(position);
  const untimed = { at: null, id: position.id };
  expect(decodeListCursor('conversations', encodeListCursor('conversations', untimed))).toEqual(untimed);
});

test('an event cursor gives back its sequence', () => {
  expect(decodeEventCursor(encodeEventCursor(123_456_789))).toBe(123_456_789);
});

test('the cursor of another list is refused', () => {
  const cursor = encodeListCursor('contacts', position);
  expect(() => decodeListCursor('messages', cursor)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
  expect(() => decodeEventCursor(cursor)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
});

test('whatever was not handed out is cursor_invalid and nothing else', () => {
  const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), json), (text) => {
      expect(() => decodeListCursor('messages', text)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
      expect(() => decodeEventCursor(text)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
    }),
  );
});

test.each([
  ['messages', 'x', position.id],
  ['messages', 9e15, position.id],
  ['messages', 1.5, position.id],
  ['messages', 1, "'; drop table"],
  ['messages', 1, position.id, 'more'],
  ['event', -1],
  ['event', 'one'],
])('well-formed keys of the wrong kind are refused: %j', (...keys) => {
  const text = Buffer.from(JSON.stringify(keys)).toString('base64url');
  expect(() => decodeListCursor('messages', text)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
  expect(() => decodeEventCursor(text)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
});

test('a cursor with something appended is refused', () => {
  const cursor = encodeListCursor('messages', position);
  expect(() => decodeListCursor('messages', `${cursor}!`)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
});
