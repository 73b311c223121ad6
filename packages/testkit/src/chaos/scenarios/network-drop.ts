import type { Scenario } from '../scenario.js';

export const networkDrop: Scenario = {
  name: 'network-drop',
  about: 'every socket is reset at once; p50Ms and p99Ms: from then until a session is open again',
  defaults: { profiles: 150, messages: 4_800, perSecond: 60, workers: 3 },
  async disturb({ product, sockets, members, say }) {
    const before = await sockets.opened();
    const droppedAtMs = Date.now();
    const reset = await product.sandbox.resetSockets();
    say(`${reset} sockets are reset`);
    const reopened = await sockets.untilReopened(members, before, droppedAtMs);
    say('every session is open again');
    return { durationsMs: reopened.map(({ openedAtMs }) => openedAtMs - droppedAtMs), figures: { reset } };
  },
};
