import { expect, test } from 'vitest';
import { useWorld } from './support/use-world.js';

const TEST_TIMEOUT_MS = 300_000;

const run = useWorld({ profiles: 3, workers: 1, contacts: 1, messages: 0, perSecond: 1, minutes: 0 });

test(
  'the engine is killed at each named moment of a message amid traffic: nothing is lost, doubled or reordered',
  async () => {
    expect((await run('crash-points', { messages: 10_000, perSecond: 8 })).crashes).toBeGreaterThan(0);
  },
  TEST_TIMEOUT_MS,
);
