import { flowLimits, type Match } from '@multiwa/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePattern, matches } from '../src/index.js';

const text = (how: 'exact' | 'contains', value: string, caseSensitive = false): Match => ({
  how,
  value,
  caseSensitive,
});
const regex = (value: string): Match => ({ how: 'regex', value });

test.each<[string, Match, boolean]>([
  ['anything', { how: 'any' }, true],
  ['', { how: 'any' }, true],
  ['Hours', text('exact', 'hours'), true],
  ['  hours\n', text('exact', 'hours'), true],
  ['hours?', text('exact', 'hours'), false],
  ['Hours', text('exact', 'hours', true), false],
  ['What are your HOURS today', text('contains', 'hours'), true],
  ['What are your HOURS today', text('contains', 'hours', true), false],
  ['cafe\u0301', text('exact', 'CAF\u00c9'), true],
  ['', text('contains', 'hours'), false],
  ['order 4711 please', regex('\\border \\d{4}\\b'), true],
  ['Order 4711', regex('order'), false],
  ['Order 4711', regex('(?i)order'), true],
  ['order 4711', regex('^\\d+$'), false],
  ['anything', regex('(unclosed'), false],
])('%j against %j: %s', (said, match, expected) => {
  expect(matches(said, match)).toBe(expected);
});

test.each([
  '(?=a)b',
  '(?!a)b',
  '(?<=a)b',
  '(?<!a)b',
  '(a)\\1',
  '(?P=x)',
  '[',
  '(',
  'a**',
  'a{1001}',
  '(a{500}){500}',
  '(?>a)',
])('%s is refused, since it cannot be run in linear time or is no pattern at all', (value) => {
  expect(compilePattern(value)).toMatchObject({ ok: false, message: expect.stringMatching(/./) });
});

test('a pattern that compiles to too much is refused', () => {
  expect(compilePattern('[a-z]{1,500}[a-z]{1,500}')).toMatchObject({ ok: false });
});

/** Steps of a backtracking engine grow exponentially on these; a test that hangs is the failure. */
test.each([
  '(a+)+$',
  '(a|aa)+$',
  '(a|a)*b',
  '(.*a){20}b',
  '(x+x+)+y',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(?:a?){50}a{50}c',
])('an explosive pattern is run at once: %s', (value) => {
  expect(matches(`${'a'.repeat(2_000)}!`, regex(value))).toBe(false);
});

test('only the beginning of a long text is looked at', () => {
  const padding = 'x'.repeat(flowLimits.matchedLength);
  expect(matches(`${padding}hours`, text('contains', 'hours'))).toBe(false);
  expect(matches(`hours${padding}`, text('contains', 'hours'))).toBe(true);
});

test('no pattern and no text make matching throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
      (said, value) => {
        expect(typeof matches(said, regex(value))).toBe('boolean');
        expect(matches(`a${said.slice(0, 1_000)}`, text('contains', 'a'))).toBe(true);
      },
    ),
  );
});
