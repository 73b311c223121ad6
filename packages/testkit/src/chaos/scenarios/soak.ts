import { setTimeout as sleep } from 'node:timers/promises';
import { slope } from '../figures.js';
import { residentKb } from '../memory.js';
import type { Scenario, World } from '../scenario.js';

const SAMPLE_EVERY_MS = 5_000;
/** The first share of the time: caches fill, code is compiled. It says nothing about a leak. */
const WARM_UP = 0.4;

/** Memory of one process at one time. */
interface Sample {
  minute: number;
  kb: number;
}

export const soak: Scenario = {
  name: 'soak',
  about:
    'mixed traffic for --minutes; memory of each process, and how it grows: KB a profile and minute in the engines',
  defaults: { profiles: 50, perSecond: 20, workers: 2, minutes: 10 },
  // What an hour may add to each session: a leak of one message's state each time is several times as much.
  limits: { engineKbPerProfilePerMinute: 8 },
  async disturb(world, traffic) {
    const samples = new Map<string, Sample[]>();
    const startedAt = performance.now();
    let over = false;
    void traffic.done.finally(() => {
      over = true;
    });
    while (!over) {
      const minute = (performance.now() - startedAt) / 60_000;
      for (const [name, kb] of await memoryByService(world)) {
        samples.set(name, [...(samples.get(name) ?? []), { minute, kb }]);
      }
      await sleep(SAMPLE_EVERY_MS);
    }
    const figures: Record<string, number> = {};
    let engineGrowth = 0;
    for (const [name, all] of samples) {
      const settled = all.slice(Math.floor(all.length * WARM_UP));
      const kbPerMinute = slope(settled.map(({ minute, kb }) => [minute, kb] as const));
      const lastMb = (all.at(-1)?.kb ?? 0) / 1_024;
      world.say(
        `${name.padEnd(18)} ${lastMb.toFixed(0).padStart(5)} MB, growing by ${kbPerMinute.toFixed(0)} KB a minute`,
      );
      figures[`${name}Mb`] = Math.round(lastMb);
      figures[`${name}KbPerMinute`] = Math.round(kbPerMinute);
      if (name.startsWith('engine-')) engineGrowth += kbPerMinute;
    }
    figures.engineKbPerProfilePerMinute = Number((engineGrowth / world.members.length).toFixed(2));
    return { figures };
  },
};

async function memoryByService({ product: { services } }: World): Promise<[name: string, kb: number][]> {
  const pids = services.names().flatMap((name) => {
    const pid = services.pid(name);
    return pid === undefined ? [] : [[name, pid] as const];
  });
  const kb = await residentKb(pids.map(([, pid]) => pid));
  return pids.flatMap(([name, pid]) => (kb.has(pid) ? [[name, kb.get(pid) ?? 0] as [string, number]] : []));
}
