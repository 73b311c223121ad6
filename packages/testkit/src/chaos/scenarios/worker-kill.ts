import { fullest } from '../held-sessions.js';
import type { Scenario } from '../scenario.js';

export const workerKill: Scenario = {
  name: 'worker-kill',
  about: 'kill -9 one of three engine workers; p50Ms and p99Ms: from the kill until a session is open on another',
  defaults: { profiles: 150, messages: 4_800, perSecond: 60, workers: 3 },
  limits: { p99Ms: 8_000 },
  async disturb(world) {
    const { product, sockets, say } = world;
    const { worker, held } = await fullest(world);
    const before = await sockets.opened();
    say(`kill -9 ${worker}, which holds ${held.length} sessions`);
    const killedAtMs = Date.now();
    await product.services.kill(worker);
    const reopened = await sockets.untilReopened(held, before, killedAtMs);
    say('every session is open on another worker');
    return { durationsMs: reopened.map(({ openedAtMs }) => openedAtMs - killedAtMs), figures: { moved: held.length } };
  },
};
