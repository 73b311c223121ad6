import { type Trigger, timing } from '@multiwa/contracts';
import { expect, test } from 'vitest';
import { chooseAutomation, type FlowCandidate, type RunHistory } from '../src/index.js';

const any: Trigger = { kind: 'message_matches', match: { how: 'any' } };
const says = (value: string): Trigger => ({
  kind: 'message_matches',
  match: { how: 'contains', value, caseSensitive: false },
});

function candidate(automationId: string, change: Partial<FlowCandidate> = {}): FlowCandidate {
  const createdAt = new Date('2026-01-01T00:00:00Z');
  return { automationId, version: 1, trigger: any, priority: 0, cooldownSeconds: 0, createdAt, ...change };
}
const untouched: RunHistory = { automations: new Map(), recentRuns: 0 };
const before = (automationId: string, isActive: boolean, ageMs: number): RunHistory => ({
  ...untouched,
  automations: new Map([[automationId, { isActive, ageMs }]]),
});
const hello = { content: { type: 'TEXT' as const, text: 'Hello' }, firstOfContact: false };
const picture = { content: { type: 'UNSUPPORTED' as const, rawType: 'imageMessage' }, firstOfContact: false };
const started = (id: string) => ({ outcome: 'start', candidate: expect.objectContaining({ automationId: id }) });

test('the highest priority that matches starts, among equals the oldest', () => {
  const low = candidate('low', { priority: 1 });
  const high = candidate('high', { priority: 9, trigger: says('hours') });
  const middle = candidate('middle', { priority: 5, trigger: says('hello') });
  const older = candidate('older', { priority: 5, createdAt: new Date('2025-01-01T00:00:00Z') });
  expect(chooseAutomation([low, high, middle], untouched, hello)).toEqual(started('middle'));
  expect(chooseAutomation([low, middle, older], untouched, hello)).toEqual(started('older'));
  expect(chooseAutomation([high], untouched, hello)).toEqual({ outcome: 'no_match' });
  expect(chooseAutomation([], untouched, hello)).toEqual({ outcome: 'no_match' });
});

test('only the first message of a contact starts what waits for it', () => {
  const first = candidate('first', { trigger: { kind: 'first_message' } });
  expect(chooseAutomation([first], untouched, hello)).toEqual({ outcome: 'no_match' });
  expect(chooseAutomation([first], untouched, { ...hello, firstOfContact: true })).toEqual(started('first'));
});

test('a message without text matches only what matches anything', () => {
  const empty = candidate('empty', {
    priority: 9,
    trigger: { kind: 'message_matches', match: { how: 'regex', value: '' } },
  });
  expect(chooseAutomation([empty, candidate('any')], untouched, picture)).toEqual(started('any'));
});

test('a contact in a flow starts neither it nor one of lower priority', () => {
  const flows = [candidate('menu', { priority: 5 }), candidate('fallback')];
  expect(chooseAutomation(flows, before('menu', true, 1), hello)).toEqual({ outcome: 'active' });
  expect(chooseAutomation(flows, before('fallback', true, 1), hello)).toEqual(started('menu'));
});

test('a flow that cools down leaves the message to the next', () => {
  const flows = [candidate('greeting', { priority: 5, cooldownSeconds: 60 }), candidate('fallback')];
  expect(chooseAutomation(flows, before('greeting', false, 59_999), hello)).toEqual(started('fallback'));
  expect(chooseAutomation(flows, before('greeting', false, 60_000), hello)).toEqual(started('greeting'));
});

test('a contact that started too many runs in the window starts no more', () => {
  const { runsPerWindow } = timing.automation;
  const at = (recentRuns: number) => chooseAutomation([candidate('any')], { ...untouched, recentRuns }, hello);
  expect(at(runsPerWindow - 1)).toMatchObject({ outcome: 'start' });
  expect(at(runsPerWindow)).toMatchObject({ outcome: 'bot_loop' });
});
