import { expect, test } from 'vitest';
import { useWorld } from './support/use-world.js';

const TEST_TIMEOUT_MS = 240_000;
const TEXTS = { messages: 72, perSecond: 9 };

const size = { profiles: 6, workers: 2, contacts: 1, messages: 0, perSecond: 1, minutes: 0 };
const run = useWorld(size, { slowLink: true, inspector: true });

test(
  'PostgreSQL crashes and comes back amid traffic: nothing is lost, doubled or reordered',
  async () => {
    await run('database-restart', TEXTS);
  },
  TEST_TIMEOUT_MS,
);

test(
  'NATS crashes and comes back amid traffic: nothing is lost, doubled or reordered',
  async () => {
    await run('nats-restart', TEXTS);
  },
  TEST_TIMEOUT_MS,
);

test(
  '200 ms more for each statement amid traffic: nothing is lost, doubled or reordered',
  async () => {
    expect((await run('slow-database', { messages: 48, perSecond: 6 })).statementDelayMs).toBe(200);
  },
  TEST_TIMEOUT_MS,
);

test(
  'a short soak counts every text and measures the memory of each process',
  async () => {
    const line = await run('soak', { minutes: 0.4, perSecond: 8 });
    expect(line).toMatchObject({ messages: 192, 'engine-sandboxMb': expect.any(Number) });
    expect(line.engineKbPerProfilePerMinute).toEqual(expect.any(Number));
  },
  TEST_TIMEOUT_MS,
);

test(
  'a receiver fails half the time amid kills: every event is delivered to it and to a healthy one, with one body, each chat in order',
  async () => {
    const line = await run('webhook-outage', { messages: 60, perSecond: 6 });
    expect(line).toMatchObject({ deliveryMissing: 0, deliveryBodies: 0, deliveryReordered: 0 });
  },
  TEST_TIMEOUT_MS,
);

test(
  'a reader of SSE and the example subscriber of NATS are killed again and again: each ends with exactly the log',
  async () => {
    expect(await run('subscriber-resume', TEXTS)).toMatchObject({ missingSSE: 0, missingNATS: 0 });
  },
  TEST_TIMEOUT_MS,
);

test(
  'the engine is killed at each named moment of a message: nothing is lost, doubled or reordered',
  async () => {
    // As many texts as it takes until the last moment was reached.
    expect((await run('crash-points', { messages: 100_000, perSecond: 12 })).crashes).toBe(8);
  },
  TEST_TIMEOUT_MS,
);
