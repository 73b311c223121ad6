import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../wait-for.js';
import { durations, percentile } from '../figures.js';
import { badMoods, MoodyReceiver } from '../moody-receiver.js';
import type { Measured, Scenario, World } from '../scenario.js';
import type { Traffic } from '../traffic.js';

/** How long the receiver is well, and then in a bad mood, in turn. */
const MOOD_MS = 2_500;
/** From this share of the texts on the receiver is in its moods; before, everything but that happens too. */
const MOODS_FROM = 0.5;
const ARRIVE_TIMEOUT_MS = 300_000;
const killed = ['events', 'gateway'] as const;

/** A receiver of webhooks that wants each chat in order fails half the time, while what delivers and what accepts are killed in turn. */
export const webhookOutage: Scenario = {
  name: 'webhook-outage',
  about:
    'a receiver is down, slow, failing or hangs up half the time, while events and gateway are killed -9 in turn; p50Ms, p99Ms: to a healthy one',
  defaults: { profiles: 20, messages: 5_000, perSecond: 50, workers: 2 },
  // What the healthy endpoint waits longer for while the other one fails: twice as long at most.
  limits: { healthyRatio: 2 },
  async disturb(world, traffic) {
    const [moody, healthy] = [await MoodyReceiver.start(), await MoodyReceiver.start()];
    const { webhooks } = world.product.client;
    const endpoints = [
      await webhooks.create({ url: moody.url, ordered: true }),
      await webhooks.create({ url: healthy.url }),
    ];
    try {
      const since = Math.max(...endpoints.map(({ createdAt }) => Date.parse(createdAt)));
      await disturbUntilDone(world, traffic, moody, false);
      const moodsFromMs = Date.now();
      await disturbUntilDone(world, traffic, moody, true);
      await traffic.done;
      moody.mood = 'well';
      world.say('the receiver is well again: everything is to arrive');
      await webhooks.update(endpoints[0]?.id ?? '', { enabled: true });
      const missing = await untilTaken(world, [moody, healthy], since);
      return measure(moody, healthy, { missing, moodsFromMs });
    } finally {
      for (const { id } of endpoints) await webhooks.delete(id);
      await Promise.all([moody.stop(), healthy.stop()]);
    }
  },
};

/** Kills in turn, every two moods one; with moods until all texts are handed over, without until they begin. */
async function disturbUntilDone(
  { product: { services }, settings: { messages }, say }: World,
  traffic: Traffic,
  moody: MoodyReceiver,
  withMoods: boolean,
): Promise<void> {
  let over = false;
  void traffic.done.finally(() => {
    over = true;
  });
  const isDone = () => over || (!withMoods && traffic.handedOver >= MOODS_FROM * messages);
  for (let turn = 0; !isDone(); turn += 1) {
    const service = killed[turn % killed.length] ?? 'events';
    if (withMoods) moody.mood = badMoods[turn % badMoods.length] ?? 'down';
    say(`kill -9 ${service}; the receiver is ${moody.mood}`);
    await services.kill(service);
    await services.start(service);
    await sleep(MOOD_MS);
    moody.mood = 'well';
    await sleep(MOOD_MS);
  }
}

/** @returns what is missing in the end: events since both endpoints were there that one of them never took. */
async function untilTaken({ log }: World, receivers: readonly MoodyReceiver[], since: number): Promise<string[]> {
  const missing = () =>
    log.seen.flatMap(({ id, type, timestamp }) =>
      Date.parse(timestamp) > since && receivers.some(({ taken }) => !taken.has(id)) ? [`${type} ${id}`] : [],
    );
  const options = { what: 'every event to arrive', timeoutMs: ARRIVE_TIMEOUT_MS, everyMs: 500 };
  await waitFor(() => missing().length === 0, options).catch(() => undefined);
  return missing();
}

function measure(
  moody: MoodyReceiver,
  healthy: MoodyReceiver,
  { missing, moodsFromMs }: { missing: string[]; moodsFromMs: number },
): Measured {
  const waits = [...healthy.taken.values()].map(({ event, atMs }) => ({
    atMs,
    waitedMs: atMs - Date.parse(event.timestamp),
  }));
  const amidMoods = waits.filter(({ atMs }) => atMs >= moodsFromMs).map(({ waitedMs }) => waitedMs);
  const before = waits.filter(({ atMs }) => atMs < moodsFromMs).map(({ waitedMs }) => waitedMs);
  const several = [moody, healthy].flatMap((receiver) => receiver.severalBodies());
  const reordered = moody.reordered();
  const ratio = percentile(amidMoods, 0.99) / Math.max(1, percentile(before, 0.99));
  return {
    durationsMs: amidMoods,
    figures: {
      deliveries: moody.taken.size + healthy.taken.size,
      deliveryMissing: missing.length,
      deliveryBodies: several.length,
      deliveryReordered: reordered.length,
      deliveryRepeated: moody.given.length - moody.taken.size,
      ...durations('undisturbed', before),
      healthyRatio: Number(ratio.toFixed(2)),
    },
    faults: [
      ...missing.slice(0, 20).map((each) => `never delivered: ${each}`),
      ...several.map((id) => `delivered with several bodies: ${id}`),
      ...reordered.map((id) => `delivered behind a later one of its chat: ${id}`),
    ],
  };
}
