import { expect, test } from 'vitest';
import { useWorld } from './support/use-world.js';

const TEST_TIMEOUT_MS = 240_000;
const TEXTS = { messages: 72, perSecond: 9 };

const run = useWorld({ profiles: 6, workers: 3, contacts: 2, messages: 0, perSecond: 1, minutes: 0 });

test(
  'kill -9 of a worker amid traffic both ways: its sessions open on others, nothing is lost, doubled or reordered',
  async () => {
    expect((await run('worker-kill', TEXTS)).moved).toBeGreaterThan(0);
  },
  TEST_TIMEOUT_MS,
);

test(
  'a worker that is told to end hands its sessions over, and nothing is lost, doubled or reordered',
  async () => {
    expect((await run('worker-drain', TEXTS)).moved).toBeGreaterThan(0);
  },
  TEST_TIMEOUT_MS,
);

test(
  'every socket reset at once: every session comes back by itself, and nothing is lost, doubled or reordered',
  async () => {
    expect((await run('network-drop', TEXTS)).reset).toBe(6);
  },
  TEST_TIMEOUT_MS,
);

test(
  'a worker that was stopped and goes on after others took over stores nothing, and nothing is lost, doubled or reordered',
  async () => {
    const line = await run('worker-freeze', TEXTS);
    expect(line.moved).toBeGreaterThan(0);
    expect(line.foreignWrites).toBe(0);
  },
  TEST_TIMEOUT_MS,
);

test(
  'a fourth worker takes its share amid traffic, and nothing is lost, doubled or reordered',
  async () => {
    expect((await run('scale-out', TEXTS)).moved).toBeGreaterThan(0);
  },
  TEST_TIMEOUT_MS,
);
