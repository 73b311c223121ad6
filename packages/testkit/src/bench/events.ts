import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { durations } from '../chaos/figures.js';
import { type LinkedProfile, linkProfile } from '../link-profile.js';
import { type Product, startProduct } from '../product/start-product.js';
import { waitFor } from '../wait-for.js';
import { type Comparison, compare } from './turns.js';

const ENDPOINTS = 3;
/** Attempts under way to one endpoint, on both sides: the product's default. */
const AT_ONCE = 8;
const SENDERS = 16;
const ARRIVE_TIMEOUT_MS = 300_000;

export interface EventsOptions {
  /** Messages a second that arrive while latency is measured, and in all. */
  perSecond: number;
  messages: number;
  /** Turns of each side for the highest rate. */
  rounds: number;
}

/**
 * From a message at the simulated network until its webhook is at the receiver: latency at a steady rate, and how many a second
 * come through with three endpoints, beside a bare loop of signed POSTs of the same bodies to the same receivers.
 */
export async function benchEvents({ perSecond, messages, rounds }: EventsOptions): Promise<Record<string, unknown>> {
  console.info(
    `events: ${messages} messages at ${perSecond} a second, then ${rounds} turns of ${messages} as fast as they go`,
  );
  const product = await startProduct({ env: { MULTIWA_ALLOW_PRIVATE_URLS: 'true' } });
  const receivers = await Promise.all(Array.from({ length: ENDPOINTS }, startReceiver));
  try {
    const linked = await linkProfile(product, 'Bench');
    for (const { url } of receivers) await product.client.webhooks.create({ url, eventTypes: ['message.received'] });
    const people = (await product.sandbox.createPhones({ count: SENDERS })).map(({ phone }) => phone);
    const send = sender(product, linked, people);
    const arrived = (prefix: string, count: number) =>
      waitFor(() => receivers.every(({ countOf }) => countOf(prefix) >= count), {
        what: `${count} webhooks at each endpoint`,
        timeoutMs: ARRIVE_TIMEOUT_MS,
        everyMs: 5,
      });
    // First contacts cost key exchanges, and compilers warm up: not what is measured.
    await Promise.all(people.map((_, index) => send('warm', index, index)));
    await arrived('warm', people.length);
    await burst(send, 'warmer', messages);
    await arrived('warmer', messages);

    const sentAtMs: number[] = [];
    await steadily(perSecond, messages, (index) => {
      sentAtMs[index] = Date.now();
      return send('steady', index, index);
    });
    await arrived('steady', messages);
    const waits = receivers.flatMap(({ arrivals }) =>
      sentAtMs.map((atMs, index) => (arrivals.get(`steady ${index}`) ?? Number.NaN) - atMs),
    );

    let turn = 0;
    const ours = async () => {
      turn += 1;
      const startedAt = performance.now();
      await burst(send, `turn-${turn}`, messages);
      await arrived(`turn-${turn}`, messages);
      return (messages * ENDPOINTS * 1_000) / (performance.now() - startedAt);
    };
    const comparison: Comparison = await compare(
      { name: 'MultiWA, socket to webhook', turn: ours },
      { name: 'bare signed POSTs', turn: () => bareTurn(receivers, messages) },
      'webhooks/s',
      rounds,
    );
    const messagesPerSecond = Number((comparison.product / ENDPOINTS).toFixed(1));
    return { bench: 'events', perSecond, ...durations('', waits), messagesPerSecond, ...comparison };
  } finally {
    await product.stop();
    for (const { stop } of receivers) stop();
  }
}

/** Sends a text from one of the people; each waits until the network has taken the one before. */
function sender({ sandbox }: Product, { phone }: LinkedProfile, people: readonly string[]) {
  const busy = people.map(() => Promise.resolve<unknown>(undefined));
  return (prefix: string, index: number, lane: number): Promise<unknown> => {
    const which = lane % people.length;
    const next = (busy[which] ?? Promise.resolve()).then(() =>
      sandbox.send(people[which] ?? '', { to: phone.phone, text: `${prefix} ${index}` }),
    );
    busy[which] = next;
    return next;
  };
}

type Send = ReturnType<typeof sender>;

async function burst(send: Send, prefix: string, messages: number): Promise<void> {
  await Promise.all(Array.from({ length: messages }, (_, index) => send(prefix, index, index)));
}

async function steadily(perSecond: number, count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  const underway: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    const waitMs = startedAt + (index * 1_000) / perSecond - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    underway.push(work(index));
  }
  await Promise.all(underway);
}

interface Receiver {
  url: string;
  /** When each text came for the first time, by the text. */
  arrivals: ReadonlyMap<string, number>;
  countOf(prefix: string): number;
  lastBody(): string;
  stop(): void;
}

async function startReceiver(): Promise<Receiver> {
  const arrivals = new Map<string, number>();
  const counts = new Map<string, number>();
  let last = '';
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => undefined);
    response.writeHead(204).end();
    if (body === undefined) return;
    last = body;
    const said: unknown = JSON.parse(body).data?.content?.text;
    if (typeof said !== 'string' || arrivals.has(said)) return;
    arrivals.set(said, Date.now());
    const [prefix = ''] = said.split(' ');
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    arrivals,
    countOf: (prefix) => counts.get(prefix) ?? 0,
    lastBody: () => last,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** As many signed POSTs to each receiver, as many at a time. @returns POSTs a second. */
async function bareTurn(receivers: readonly Receiver[], messages: number): Promise<number> {
  const key = Buffer.alloc(32, 1);
  const startedAt = performance.now();
  await Promise.all(
    receivers.map(async ({ url, lastBody }) => {
      const { origin, pathname } = new URL(url);
      const pool = new Pool(origin, { connections: AT_ONCE, pipelining: 1 });
      const body = lastBody();
      let sent = 0;
      const worker = async () => {
        while (sent < messages) {
          sent += 1;
          const id = `bare-${sent}`;
          const seconds = String(Math.floor(Date.now() / 1_000));
          const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
          const headers = {
            'content-type': 'application/json',
            'webhook-id': id,
            'webhook-timestamp': seconds,
            'webhook-signature': `v1,${signature}`,
          };
          const answer = await pool.request({ method: 'POST', path: pathname, headers, body });
          await answer.body.dump();
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      await pool.close();
    }),
  );
  return (receivers.length * messages * 1_000) / (performance.now() - startedAt);
}
