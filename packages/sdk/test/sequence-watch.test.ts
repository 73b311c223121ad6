import { expect, test } from 'vitest';
import { SequenceWatch } from '../src/index.js';

const workspaceId = 'w';
const see = (watch: SequenceWatch, profileId: string | null, ...sequences: number[]) =>
  sequences.map((sequence) => watch.see({ workspaceId, profileId, sequence }));

test('a jump is a gap with its bounds, what was seen is a repetition, and each profile counts for itself', () => {
  const watch = new SequenceWatch();
  expect(see(watch, 'a', 41, 42, 43)).toEqual([{ kind: 'next' }, { kind: 'next' }, { kind: 'next' }]);
  expect(see(watch, 'b', 7, 8)).toEqual([{ kind: 'next' }, { kind: 'next' }]);
  expect(see(watch, null, 1, 2)).toEqual([{ kind: 'next' }, { kind: 'next' }]);
  expect(see(watch, 'a', 43, 42, 44)).toEqual([{ kind: 'repeated' }, { kind: 'repeated' }, { kind: 'next' }]);
  expect(see(watch, 'a', 48)).toEqual([{ kind: 'gap', from: 45, to: 47 }]);
  expect(see(watch, 'a', 49)).toEqual([{ kind: 'next' }]);
  expect(see(watch, null, 4)).toEqual([{ kind: 'gap', from: 3, to: 3 }]);
});
