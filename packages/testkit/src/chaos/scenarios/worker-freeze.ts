import type { ServiceName } from '../../product/start-product.js';
import { waitFor } from '../../wait-for.js';
import { heldBy } from '../held-sessions.js';
import type { Scenario, World } from '../scenario.js';
import { startWriteAudit } from '../write-audit.js';

const AWAKE_TIMEOUT_MS = 60_000;

export const workerFreeze: Scenario = {
  name: 'worker-freeze',
  about:
    'SIGSTOP to one of three workers until others own its sessions, then SIGCONT; p50Ms and p99Ms: until open elsewhere',
  defaults: { profiles: 150, messages: 4_800, perSecond: 60, workers: 3 },
  async disturb(world) {
    const { product, sockets, say } = world;
    const worker = await namedWorker(world);
    const held = await heldBy(world, worker);
    const pid = product.services.pid(worker) ?? 0;
    const audit = await startWriteAudit(product.databaseUrl, worker, pid);
    try {
      await waitFor(async () => (await audit.ownWrites()) > 0, { what: `${worker} to store something of its own` });
      const before = await sockets.opened();
      say(`SIGSTOP to ${worker}, which holds ${held.length} sessions`);
      const frozenAtMs = Date.now();
      product.services.freeze(worker);
      const reopened = await sockets.untilReopened(held, before, frozenAtMs);
      const thawedAtMs = Date.now();
      say(`every session is open on another worker; SIGCONT to ${worker} after ${thawedAtMs - frozenAtMs} ms`);
      product.services.thaw(worker);
      await waitFor(async () => product.services.pid(worker) !== pid || (await audit.lastSeenMs()) > thawedAtMs, {
        what: `${worker} to be at work again`,
        timeoutMs: AWAKE_TIMEOUT_MS,
        everyMs: 250,
      });
      const foreignWrites = await audit.foreignWrites();
      return {
        durationsMs: reopened.map(({ openedAtMs }) => openedAtMs - frozenAtMs),
        figures: { moved: held.length, frozenMs: thawedAtMs - frozenAtMs, foreignWrites },
        takenOver: held,
        faults:
          foreignWrites > 0 ? [`${worker} stored ${foreignWrites} rows of sessions that are another worker's`] : [],
      };
    } finally {
      await audit.stop();
    }
  },
};

/** A worker that PostgreSQL can tell by name, with sessions: any but the first. */
async function namedWorker(world: World): Promise<ServiceName> {
  for (const worker of world.workers().slice(1)) if ((await heldBy(world, worker)).length > 0) return worker;
  throw new Error('no worker but the first holds a session');
}
