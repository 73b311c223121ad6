import { setTimeout as sleep } from 'node:timers/promises';
import { slope } from '../figures.js';
import { inspectorUrl, keptKb } from '../heap.js';
import { residentKb } from '../memory.js';
import type { Scenario, World } from '../scenario.js';

/** Each look collects garbage, which stops a process for a tenth of a second. */
const SAMPLE_EVERY_MS = 10_000;
/** The first share of the time: caches fill, code is compiled. It says nothing about a leak. */
const WARM_UP = 0.4;

/** Memory of one process at one time. */
interface Sample {
  minute: number;
  /** What is left of the heap when its garbage is collected. */
  kept: number;
  /** What the operating system counts. */
  resident: number;
}

export const soak: Scenario = {
  name: 'soak',
  about:
    'mixed traffic for --minutes; what each process keeps, and how it grows: KB a profile and minute in the engines',
  defaults: { profiles: 50, perSecond: 20, workers: 2, minutes: 10 },
  // What an hour may add to each session: a leak of one message's state each time is several times as much.
  limits: { engineKbPerProfilePerMinute: 8 },
  wants: { inspector: true },
  async disturb(world, traffic) {
    const samples = new Map<string, Sample[]>();
    const processes = inspectable(world);
    const startedAt = performance.now();
    let over = false;
    void traffic.done.finally(() => {
      over = true;
    });
    while (!over) {
      const resident = await residentKb(processes.map(({ pid }) => pid));
      const said: string[] = [];
      for (const { name, pid, inspector } of processes) {
        const kept = await keptKb(inspector);
        const minute = (performance.now() - startedAt) / 60_000;
        samples.set(name, [...(samples.get(name) ?? []), { minute, kept, resident: resident.get(pid) ?? 0 }]);
        said.push(`${name} ${(kept / 1_024).toFixed(1)}`);
      }
      world.say(`kept, MB: ${said.join(', ')}`);
      await sleep(SAMPLE_EVERY_MS);
    }
    const figures: Record<string, number> = {};
    let engineGrowth = 0;
    for (const [name, all] of samples) {
      const kept = trend(all, 'kept');
      const resident = trend(all, 'resident');
      const said = ({ mb, kbPerMinute }: Trend) => `${String(mb).padStart(5)} MB (${kbPerMinute} KB a minute)`;
      world.say(`${name.padEnd(18)} keeps ${said(kept)}, resident ${said(resident)}`);
      figures[`${name}KeptMb`] = kept.mb;
      figures[`${name}KeptKbPerMinute`] = kept.kbPerMinute;
      figures[`${name}Mb`] = resident.mb;
      if (name.startsWith('engine-')) engineGrowth += kept.kbPerMinute;
    }
    figures.engineKbPerProfilePerMinute = Number((engineGrowth / world.members.length).toFixed(2));
    return { figures };
  },
};

interface Trend {
  /** At the end. */
  mb: number;
  kbPerMinute: number;
}

function trend(samples: readonly Sample[], of: 'kept' | 'resident'): Trend {
  const settled = samples.slice(Math.floor(samples.length * WARM_UP));
  const kbPerMinute = slope(settled.map((sample) => [sample.minute, sample[of]] as const));
  return { mb: Math.round((samples.at(-1)?.[of] ?? 0) / 1_024), kbPerMinute: Math.round(kbPerMinute) };
}

function inspectable({ product: { services } }: World): { name: string; pid: number; inspector: string }[] {
  return services.names().flatMap((name) => {
    const pid = services.pid(name);
    if (pid === undefined) return [];
    const inspector = inspectorUrl(services.logFile(name));
    if (inspector === undefined) throw new Error(`the log of ${name} does not say where its inspector listens`);
    return [{ name, pid, inspector }];
  });
}
