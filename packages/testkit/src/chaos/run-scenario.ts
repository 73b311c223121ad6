import { waitFor } from '../wait-for.js';
import { type Arrival, type Count, countTraffic, type Finding } from './count.js';
import { explain } from './explain.js';
import { durations } from './figures.js';
import type { Limits, Measured, Scenario, World } from './scenario.js';
import type { Settings } from './settings.js';
import { Traffic } from './traffic.js';

/** The last line of a run. */
export type Line = { scenario: string; profiles: number; messages: number } & Record<string, string | number>;

export interface Outcome {
  line: Line;
  /** What must not be, in words; a run without any held. Durations beyond their limit are not among them. */
  faults: string[];
  /** Figures of the line beyond their limit, in words. */
  beyond: string[];
}

const SETTLE_TIMEOUT_MS = 180_000;
const SETTLE_EVERY_MS = 1_000;
const CONNECTED_TIMEOUT_MS = 60_000;
const SHOWN = 20;
const SLOWEST_SHOWN = 5;
/**
 * The disturbance begins when this share of the texts is under way, or what is handed over in this time: before, each chat's first
 * texts agree on keys and the services' code is compiled, which costs several times what a text costs later.
 */
const BEGIN_AT = 0.3;
const BEGIN_AFTER_SECONDS = 30;
let round = 0;

/** Runs one scenario in a world that stands, with traffic both ways, and counts when everything has come to rest. */
export async function runScenario(world: World, scenario: Scenario, settings: Settings): Promise<Outcome> {
  const { say, sockets, log, product } = world;
  round += 1;
  const traffic = new Traffic(product, world.chats, `${scenario.name}-${round}`, settings);
  const before = { doubled: await sockets.doubled(), codes: log.of('profile.qr').length };
  say(`${scenario.name}: ${settings.messages} texts, ${settings.perSecond} a second, over ${world.chats.length} chats`);
  traffic.start();
  const { messages, perSecond } = settings;
  await traffic.untilHandedOver(Math.min(Math.ceil(BEGIN_AT * messages), Math.ceil(BEGIN_AFTER_SECONDS * perSecond)));
  const measured = await scenario.disturb(world, traffic);
  await traffic.done;
  say(`${scenario.name}: all texts are handed over; waiting for the last to arrive`);
  const count = await settle(world, traffic);
  const notConnected = await untilAllConnected(world);
  const doubled = extraSockets(before.doubled, await sockets.doubled(), measured);
  const figures = {
    lost: texts(count, 'lost'),
    twice: texts(count, 'twice'),
    reordered: texts(count, 'reordered'),
    doubledSockets: [...doubled.values()].reduce((sum, each) => sum + each, 0),
    newQr: log.of('profile.qr').length - before.codes,
    gaps: texts(count, 'gap'),
    refused: traffic.refusals.length,
    notOpen: new Set([...notConnected, ...(await sockets.notOpen(world.members))]).size,
    unknown: (await product.sandbox.unknown()).length,
  };
  const delaysMs = count.arrivals.map(({ delayMs }) => delayMs);
  const line: Line = {
    scenario: scenario.name,
    profiles: world.members.length,
    messages: traffic.handedOver,
    ...figures,
    ...durations('', measured.durationsMs ?? delaysMs),
    ...durations('delay', delaysMs),
    resent: count.resent,
    ...measured.figures,
  };
  const faults = [
    ...Object.entries(figures).flatMap(([name, value]) => (value === 0 ? [] : [`${name} ${value}`])),
    ...traffic.refusals.slice(0, SHOWN),
    ...count.findings.slice(0, SHOWN).map(inWords),
    ...(measured.faults ?? []),
  ];
  if (faults.length > 0) {
    const phones = [...count.findings.map(({ phone }) => phone), ...doubled.keys(), ...notConnected];
    say(`${scenario.name} did not hold:\n${faults.join('\n')}\n${await explain(world, phones)}`);
  }
  const beyond = beyondLimits(line, scenario.limits ?? {});
  if (beyond.length > 0) {
    const slowest = [...count.arrivals].sort((a, b) => b.delayMs - a.delayMs).slice(0, SLOWEST_SHOWN);
    say(`${scenario.name}, the slowest texts:\n${slowest.map(asLine).join('\n')}`);
  }
  return { line, faults, beyond };
}

/** Counts until nothing is missing, then once more when the event stream is quiet: what comes late is counted too. */
async function settle(world: World, traffic: Traffic): Promise<Count> {
  const isWhole = async () => {
    const count = await countTraffic(world, traffic);
    return count.findings.every(({ kind }) => kind !== 'lost' && kind !== 'gap') && count;
  };
  const options = { timeoutMs: SETTLE_TIMEOUT_MS, everyMs: SETTLE_EVERY_MS };
  const counted = await waitFor(isWhole, { ...options, what: 'every text to arrive' }).catch(() => undefined);
  let seen = -1;
  const isQuiet = () => {
    const quiet = world.log.seen.length === seen;
    seen = world.log.seen.length;
    return quiet;
  };
  if (counted) await waitFor(isQuiet, { ...options, what: 'the event stream to be quiet' });
  return countTraffic(world, traffic);
}

/** @returns numbers of the profiles that are not connected, by API. */
async function untilAllConnected({ product, members }: World): Promise<string[]> {
  const left = async () => {
    const connected = new Set<string>();
    for (let cursor: string | undefined; ; ) {
      const page = await product.client.profiles.list({ limit: 100, cursor });
      for (const { id, status } of page.items) if (status === 'CONNECTED') connected.add(id);
      cursor = page.nextCursor ?? undefined;
      if (cursor === undefined) return members.filter(({ profileId }) => !connected.has(profileId));
    }
  };
  const options = { what: 'every profile to be connected', timeoutMs: CONNECTED_TIMEOUT_MS, everyMs: SETTLE_EVERY_MS };
  await waitFor(async () => (await left()).length === 0, options).catch(() => undefined);
  return (await left()).map(({ phone }) => phone);
}

function extraSockets(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  { takenOver = [] }: Measured,
): Map<string, number> {
  const excused = new Set(takenOver.map(({ phone }) => phone));
  const extra = [...after].map(
    ([phone, doubled]) => [phone, doubled - (before.get(phone) ?? 0) - (excused.has(phone) ? 1 : 0)] as const,
  );
  return new Map(extra.filter(([, more]) => more > 0));
}

/** Texts with such a finding, each once however many places show it. */
function texts({ findings }: Count, kind: Finding['kind']): number {
  return new Set(findings.filter((each) => each.kind === kind).map(({ profileId, text }) => `${profileId} ${text}`))
    .size;
}

function inWords({ kind, where, phone, text }: Finding): string {
  return `${kind}: "${text}" of ${phone}, by ${where}`;
}

function asLine({ way, phone, text, saidAtMs, delayMs }: Arrival): string {
  const at = new Date(saidAtMs).toISOString();
  return `"${text}" ${way === 'out' ? 'from' : 'to'} ${phone}, handed over at ${at}: ${Math.round(delayMs)} ms`;
}

function beyondLimits(line: Line, limits: Limits): string[] {
  return Object.entries(limits).flatMap(([name, most]) => {
    const value = line[name];
    return typeof value === 'number' && value <= most ? [] : [`${name} is ${value}, at most ${most}`];
  });
}
