import { historyPhases, historySettingsSchema } from '@multiwa/contracts';
import { expect, test } from 'vitest';
import { historyBounds, historyProgress, historyReading, historyStateAt } from '../src/index.js';

const now = new Date('2026-06-01T12:00:00Z');
const settings = (given: object) => historySettingsSchema.parse(given);

test.each([
  ['nothing said', {}, { mode: 'RECENT', notBefore: '2026-05-02T12:00:00.000Z', messagesPerChat: 200 }],
  ['everything', { mode: 'FULL' }, { mode: 'FULL', notBefore: null, messagesPerChat: null }],
  [
    'everything of a week',
    { mode: 'FULL', days: 7 },
    { mode: 'FULL', notBefore: '2026-05-25T12:00:00.000Z', messagesPerChat: null },
  ],
  [
    'ten a chat',
    { messagesPerChat: 10 },
    { mode: 'RECENT', notBefore: '2026-05-02T12:00:00.000Z', messagesPerChat: 10 },
  ],
])('the bounds of %s', (_name, given, expected) => {
  const { notBefore, ...bounds } = historyBounds(settings(given), now);
  expect({ ...bounds, notBefore: notBefore?.toISOString() ?? null }).toEqual(expected);
});

test('NONE reads of the first chunk what the session lives on, and fetches nothing else', () => {
  const read = historyPhases.filter((phase) => historyReading('NONE', phase) !== 'nothing');
  expect(read).toEqual(['INITIAL_BOOTSTRAP', 'NON_BLOCKING_DATA']);
  expect(read.map((phase) => historyReading('NONE', phase))).toEqual(['session', 'session']);
});

test('only FULL reads what a phone hands over beyond what is recent', () => {
  expect(historyReading('RECENT', 'FULL')).toBe('nothing');
  expect(historyReading('FULL', 'FULL')).toBe('everything');
  for (const mode of ['RECENT', 'FULL'] as const) expect(historyReading(mode, 'RECENT')).toBe('everything');
});

test('progress goes from nothing to complete once, also where the phone counts two phases', () => {
  expect(historyProgress('RECENT', 'INITIAL_BOOTSTRAP', 100)).toBeUndefined();
  expect([0, 40, 100].map((own) => historyProgress('RECENT', 'RECENT', own))).toEqual([0, 40, 100]);
  expect([0, 40, 100].map((own) => historyProgress('FULL', 'RECENT', own))).toEqual([0, 20, 50]);
  expect([0, 40, 100].map((own) => historyProgress('FULL', 'FULL', own))).toEqual([50, 70, 100]);
  expect(historyProgress('RECENT', 'RECENT', 4_000)).toBe(100);
  expect([0, 99, 100].map(historyStateAt)).toEqual(['RUNNING', 'RUNNING', 'COMPLETE']);
});
