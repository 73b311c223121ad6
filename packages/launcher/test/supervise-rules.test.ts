import { expect, test } from 'vitest';
import { restartDelayMs } from '../src/supervise/backoff.js';
import { TerminalBudget } from '../src/supervise/terminal-budget.js';
import { terminalLine } from '../src/supervise/terminal-line.js';

test('pauses between restarts double up to ten seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 20].map(restartDelayMs)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

test.each([
  ['{"level":30,"msg":"fine"}', 'stdout', undefined],
  ['{"level":40,"msg":"careful"}', 'stdout', 'x: warning: careful'],
  ['{"level":"error","msg":"broken","err":{"message":"ECONNREFUSED"}}', 'stdout', 'x: error: broken: ECONNREFUSED'],
  ['{"level":"info","msg":"fine"}', 'stdout', undefined],
  ['{"level":60,"err":{"message":"gone"}}', 'stdout', 'x: fatal: gone'],
  ['plain words', 'stdout', undefined],
  ['plain words', 'stderr', 'x: plain words'],
  ['{broken', 'stderr', 'x: {broken'],
  ['', 'stderr', undefined],
] as const)('of %s on %s the terminal shows %s', (line, stream, shown) => {
  expect(terminalLine('x', line, stream)).toBe(shown);
});

test('a noisy service gets ten lines in five seconds and then one pointer to its log', () => {
  const budget = new TerminalBudget();
  const verdicts = Array.from({ length: 13 }, () => budget.spend(1_000));
  expect(verdicts.slice(0, 10)).toEqual(Array(10).fill('show'));
  expect(verdicts.slice(10)).toEqual(['more', 'hide', 'hide']);
  expect(budget.spend(6_000)).toBe('show');
});
