import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';

/** How long the server is away. */
const OUTAGE_MS = 3_000;

/** One of the servers crashes amid the traffic and comes back on the same data. */
function serverRestart(server: 'postgres' | 'nats', name: string, label: string): Scenario {
  return {
    name,
    about: `${label} crashes, is away for ${OUTAGE_MS / 1_000} s and comes back; p50Ms and p99Ms: of the texts, from sent to arrived`,
    defaults: { profiles: 50, messages: 1_500, perSecond: 40, workers: 2 },
    async disturb({ product: { servers }, say }) {
      say(`${label} crashes`);
      const downAtMs = performance.now();
      servers[server].kill();
      await servers[server].exited;
      await sleep(OUTAGE_MS);
      await servers.restart(server, 'crash');
      const outageMs = Math.round(performance.now() - downAtMs);
      say(`${label} takes connections again after ${outageMs} ms`);
      return { figures: { outageMs } };
    },
  };
}

export const databaseRestart = serverRestart('postgres', 'database-restart', 'PostgreSQL');
export const natsRestart = serverRestart('nats', 'nats-restart', 'NATS');
