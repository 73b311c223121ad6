import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { EventEnvelope } from '@multiwa/contracts';
import { repositoryRoot } from '@multiwa/launcher';
import { waitFor } from '../../wait-for.js';
import type { Scenario, World } from '../scenario.js';
import type { Traffic } from '../traffic.js';

/** How often each reader is killed, unless there are too few texts for it. */
const KILLS = 20;
const TEXTS_A_KILL = 12;
const END_TIMEOUT_MS = 120_000;

type Read = Pick<EventEnvelope, 'id' | 'profileId' | 'sequence'>;

/** A reader that was killed and goes on; what it has read so far. */
interface Reader {
  read: Read[];
  kill(): Promise<void>;
  resume(): Promise<void>;
}

/** A reader of SSE and a subscriber of NATS, the example of docs/events.md, are killed and resume amid the traffic. */
export const subscriberResume: Scenario = {
  name: 'subscriber-resume',
  about: `a reader of SSE and a subscriber of NATS are killed and resumed ${KILLS} times: each ends with exactly the log`,
  defaults: { profiles: 10, messages: 1_000, perSecond: 20, workers: 1 },
  async disturb(world, traffic) {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-subscriber-'));
    const credentials = path.join(dir, 'subscriber.json');
    const readers = new Map<string, Reader>([
      ['SSE', sseReader(world)],
      ['NATS', natsReader(world, credentials)],
    ]);
    try {
      for (const reader of readers.values()) await reader.resume();
      const kills = await killUntilDone(world, traffic, [...readers.values()]);
      return await compareWithLog(world, readers, kills);
    } finally {
      for (const { kill } of readers.values()) await kill();
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

async function killUntilDone({ settings }: World, traffic: Traffic, readers: readonly Reader[]): Promise<number> {
  const from = traffic.handedOver;
  const kills = Math.max(1, Math.min(KILLS, Math.floor((settings.messages - from) / TEXTS_A_KILL)));
  for (let count = 1; count <= kills; count += 1) {
    const wanted = from + (count * (settings.messages - from)) / (kills + 1);
    await Promise.race([traffic.untilHandedOver(Math.floor(wanted)), traffic.done]);
    await Promise.all(readers.map(async ({ kill }) => kill()));
    await Promise.all(readers.map(async ({ resume }) => resume()));
  }
  await traffic.done;
  return kills;
}

/**
 * SSE gives each event once and in order. NATS gives what was on its way to a killed subscriber again after a while, with the
 * same id. Nothing is missing, and nothing is foreign.
 */
async function compareWithLog({ log }: World, readers: ReadonlyMap<string, Reader>, kills: number) {
  const ofReader = ({ read }: Reader) => new Set(read.map(({ id }) => id));
  const isWhole = () => {
    const all = log.seen.length;
    return all > 0 && [...readers.values()].every((reader) => ofReader(reader).size === all);
  };
  let seen = -1;
  const isQuiet = () => {
    const quiet = log.seen.length === seen && isWhole();
    seen = log.seen.length;
    return quiet;
  };
  const options = { what: 'the readers to have the log', timeoutMs: END_TIMEOUT_MS, everyMs: 1_000 };
  await waitFor(isQuiet, options).catch(() => undefined);
  const faults: string[] = [];
  const figures: Record<string, number> = { kills, events: log.seen.length };
  for (const [name, reader] of readers) {
    const ids = ofReader(reader);
    const missing = log.seen.filter(({ id }) => !ids.has(id));
    const foreign = [...ids].filter((id) => !log.seen.some((event) => event.id === id));
    figures[`missing${name}`] = missing.length;
    figures[`repeated${name}`] = reader.read.length - ids.size;
    if (missing.length > 0)
      faults.push(`${name} misses ${missing.length}, the first is ${missing[0]?.type} ${missing[0]?.id}`);
    if (foreign.length > 0) faults.push(`${name} has what the log has not: ${foreign.join(', ')}`);
    if (name !== 'SSE') continue;
    if (reader.read.length > ids.size) faults.push('SSE gave an event twice');
    const disordered = outOfOrder(reader.read);
    if (disordered) faults.push(`SSE gave ${disordered} before an earlier one of its profile`);
  }
  return { figures, faults };
}

/** The first event, first times only, that came before an earlier one of its profile. */
function outOfOrder(read: readonly Read[]): string | undefined {
  const last = new Map<string | null, Read>();
  const known = new Set<string>();
  for (const event of read) {
    if (known.has(event.id)) continue;
    known.add(event.id);
    const before = last.get(event.profileId);
    if (before && before.sequence > event.sequence) return before.id;
    last.set(event.profileId, event);
  }
  return undefined;
}

/** From the first event on. Its connection is dropped amid what is being read, and it goes on behind its cursor. */
function sseReader({ product: { client }, log }: World): Reader {
  const [first] = log.seen;
  if (!first) throw new Error('there is nothing to read yet');
  const read: Read[] = [first];
  let after = first.cursor;
  let drop = async () => {};
  return {
    read,
    kill: () => drop(),
    async resume() {
      const stream = await client.events.open({ after });
      const reading = (async () => {
        for await (const { cursor, event } of stream) {
          after = cursor;
          read.push(event);
        }
      })();
      drop = async () => {
        stream.close();
        await reading;
      };
    },
  };
}

/** The example program, killed by SIGKILL: what it had printed but not acked comes again. */
function natsReader({ product }: World, credentials: string): Reader {
  const read: Read[] = [];
  let child: ChildProcess | undefined;
  return {
    read,
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
    async resume() {
      const env = { ...process.env, MULTIWA_URL: product.url, MULTIWA_API_KEY: product.apiKey };
      const cwd = path.join(repositoryRoot, 'examples/subscriber-typescript');
      const started = spawn(process.execPath, ['--import', 'tsx', 'subscribe.ts', credentials], {
        cwd,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      createInterface({ input: started.stdout }).on('line', (line) => {
        const event = parsed(line);
        if (event) read.push(event);
      });
      const said = createInterface({ input: started.stderr });
      const failed = once(started, 'exit').then(() => {
        throw new Error('the example ended by itself');
      });
      failed.catch(() => undefined);
      await Promise.race([once(said, 'line'), failed]);
    },
  };
}

/** A line that a killed process left half is none. */
function parsed(line: string): Read | undefined {
  try {
    return JSON.parse(line) as Read;
  } catch {
    return undefined;
  }
}
