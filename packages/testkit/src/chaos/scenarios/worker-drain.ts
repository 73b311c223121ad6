import { fullest } from '../held-sessions.js';
import type { Scenario } from '../scenario.js';

export const workerDrain: Scenario = {
  name: 'worker-drain',
  about: 'SIGTERM to one of three engine workers; p50Ms and p99Ms: from closed there to open elsewhere',
  defaults: { profiles: 150, messages: 4_800, perSecond: 60, workers: 3 },
  limits: { p99Ms: 1_500 },
  async disturb(world) {
    const { product, sockets, say } = world;
    const { worker, held } = await fullest(world);
    const before = await sockets.opened();
    say(`SIGTERM to ${worker}, which holds ${held.length} sessions`);
    const toldAtMs = Date.now();
    await product.services.stop(worker);
    const drainMs = Date.now() - toldAtMs;
    say(`${worker} ended after ${drainMs} ms`);
    const reopened = await sockets.untilReopened(held, before, toldAtMs);
    return {
      durationsMs: reopened.map(({ openedAtMs, closedAtMs = toldAtMs }) => openedAtMs - closedAtMs),
      figures: { moved: held.length, drainMs },
    };
  },
};
