import { timing } from '@multiwa/contracts';
import { expect, test } from 'vitest';
import { typingMsOf } from '../src/index.js';

const { typing } = timing.send;

test.each([
  [undefined, 'Hello', null],
  [false, 'Hello', null],
  [1_500, 'Hello', 1_500],
  [typing.maxMs + 1, 'Hello', typing.maxMs],
  [true, '', typing.minMs],
  [true, 'x'.repeat(100), 100 * typing.perCharacterMs],
  [true, 'x'.repeat(100_000), typing.usualMaxMs],
])('simulateTyping %s of a text shows typing for %3$s ms', (wanted, text, ms) => {
  expect(typingMsOf(wanted, text)).toBe(ms);
});
