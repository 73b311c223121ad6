import { expect, test } from 'vitest';
import { SseParser } from '../src/sse-parser.js';

const stream = [
  ': heartbeat\n\n',
  'id: 1\nevent: message.sent\ndata: {"a":1}\n\n',
  'id: 2\r\ndata: two\r\ndata:lines\r\n\r\n',
  'data: no id of its own\r\r',
  'id\ndata\n\n',
  'event: nothing\n\n',
].join('');
const expected = [
  { id: '1', event: 'message.sent', data: '{"a":1}' },
  { id: '2', event: 'message', data: 'two\nlines' },
  { id: '2', event: 'message', data: 'no id of its own' },
  { id: '', event: 'message', data: '' },
];

test('comments say nothing, data lines are joined, an id stays until the next, and every line end is understood', () => {
  expect(new SseParser().push(stream)).toEqual(expected);
});

test('where the pieces of a stream break changes nothing', () => {
  for (let first = 0; first <= stream.length; first += 1) {
    for (let second = first; second <= stream.length; second += 1) {
      const parser = new SseParser();
      const pieces = [stream.slice(0, first), stream.slice(first, second), stream.slice(second)];
      expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(expected);
    }
  }
});

test('an id without data is no message, but is the last one', () => {
  const parser = new SseParser();
  expect(parser.push('id: 1\ndata: a\n\nid: 7\n')).toHaveLength(1);
  expect(parser.lastId).toBe('1');
  expect(parser.push('\n')).toEqual([]);
  expect(parser.lastId).toBe('7');
});
