import { waitFor } from '../../wait-for.js';
import { heldBy } from '../held-sessions.js';
import type { Scenario } from '../scenario.js';

const SHARE_TIMEOUT_MS = 120_000;

export const scaleOut: Scenario = {
  name: 'scale-out',
  about: 'a fourth engine worker joins and takes its share; p50Ms and p99Ms: from closed at the old to open at the new',
  defaults: { profiles: 150, messages: 4_800, perSecond: 60, workers: 3 },
  limits: { delayMaxMs: 3_000 },
  async disturb(world) {
    const { sockets, say, members } = world;
    const before = await sockets.opened();
    const startedAtMs = Date.now();
    const worker = await world.addWorker();
    const readyAtMs = Date.now();
    const share = Math.floor(members.length / world.workers().length);
    say(`${worker} is ready; its share is ${share} sessions`);
    const moved = await waitFor(
      async () => {
        const held = await heldBy(world, worker);
        return held.length >= share && held;
      },
      { what: `${worker} to hold ${share} sessions`, timeoutMs: SHARE_TIMEOUT_MS, everyMs: 250 },
    );
    const reopened = await sockets.untilReopened(moved, before, startedAtMs);
    const balancedMs = Math.max(...reopened.map(({ openedAtMs }) => openedAtMs)) - readyAtMs;
    say(`${worker} serves ${moved.length} sessions after ${balancedMs} ms`);
    return {
      durationsMs: reopened.map(({ openedAtMs, closedAtMs = openedAtMs }) => openedAtMs - closedAtMs),
      figures: { moved: moved.length, balancedMs },
    };
  },
};
