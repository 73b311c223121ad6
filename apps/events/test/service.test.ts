import { randomBytes } from 'node:crypto';
import type { EventType } from '@multiwa/contracts';
import { createLogger } from '@multiwa/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../packages/testkit/src/wait-for.js';
import { eventsEnv } from '../src/env.js';
import type { AnyFact } from '../src/facts/apply-facts.js';
import { type EventsService, startEvents } from '../src/start-events.js';
import { acceptMessage, eventsOf, makeProfile, useTestDatabase } from './support/database.js';
import { received, session, status } from './support/facts.js';
import { useOwnNats } from './support/nats.js';
import { subscribe } from './support/subscriber.js';

const database = useTestDatabase();
const nats = useOwnNats();

const secretsKey = randomBytes(32).toString('base64');

async function start(): Promise<EventsService> {
  const env = eventsEnv.parse({
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    MULTIWA_ENCRYPTION_KEY: secretsKey,
  });
  const service = await startEvents(env, createLogger('events-test', 'silent'), () => undefined);
  onTestFinished(service.stop);
  return service;
}

async function publish(facts: readonly AnyFact[]) {
  const results = await nats.bus.publishFacts(facts);
  expect(results.every(({ ok }) => ok)).toBe(true);
}

test('two replicas turn facts into rows and announce each change once, in order, and say that they are ready', async () => {
  const { db } = database;
  const services = await Promise.all([start(), start()]);
  const owners = await Promise.all([makeProfile(db), makeProfile(db)]);
  const subscribers = await Promise.all(owners.map(({ workspaceId }) => subscribe(nats.bus, workspaceId)));
  for (const owner of owners) {
    const messages = await Promise.all(Array.from({ length: 30 }, () => acceptMessage(db, owner)));
    await publish([
      session(owner, 1, { status: 'CONNECTED' }),
      ...messages.flatMap((message) => [status(owner, message, 'SENT'), status(owner, message, 'DELIVERED')]),
      ...Array.from({ length: 30 }, () => received(owner)),
    ]);
  }
  for (const [index, subscriber] of subscribers.entries()) {
    // Of the sixty statuses those may be missing that another one overtook.
    const seenOf = (type: EventType) => subscriber.seen.filter((event) => event.type === type).length;
    await waitFor(() => seenOf('message.delivered') === 30 && seenOf('message.received') === 30, {
      what: 'thirty deliveries and thirty messages',
    });
    const seen = await subscriber.until((await eventsOf(db, owners[index] as (typeof owners)[0])).length);
    expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map((_, position) => position + 1));
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  }
  const ready = await fetch(`http://127.0.0.1:${services[0].port}/health/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([200, { checks: { database: true, bus: true } }]);
  const metrics = await (await fetch(`http://127.0.0.1:${services[1].port}/metrics`)).text();
  expect(metrics).toContain('multiwa_facts_total');
});

test('a fact that cannot be kept is rejected alone, and everything around it goes on', async () => {
  const { db } = database;
  const service = await start();
  const owner = await makeProfile(db);
  // Too long for an index of PostgreSQL, and too random to be compressed into one.
  const digits = BigInt(`0x${randomBytes(10_000).toString('hex')}`).toString();
  const poison = received(owner, { chat: `${digits}@g.us`, peer: null });
  await publish([received(owner), received({ ...owner, profileId: owner.workspaceId }), poison, received(owner)]);
  await waitFor(async () => (await db.prisma.message.count({ where: { profileId: owner.profileId } })) === 2, {
    what: 'the good messages',
  });
  await publish([received(owner)]);
  await waitFor(async () => (await db.prisma.message.count({ where: { profileId: owner.profileId } })) === 3, {
    what: 'a message after the poison',
  });
  const metrics = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
  expect(metrics).toMatch(/facts_total\{kind="message-received",outcome="rejected".*\} 1/);
  expect(metrics).toMatch(/facts_total\{kind="message-received",outcome="profile_unknown".*\} 1/);
});

test('a status that arrives before its message waits for it', async () => {
  const { db } = database;
  await start();
  const owner = await makeProfile(db);
  const early = received(owner, { fromMe: true, waMessageId: 'later-message' });
  const { chat, waMessageId } = early.kind === 'message-received' ? early.payload : { chat: '', waMessageId: '' };
  await publish([status(owner, { id: '', chat, waMessageId }, 'DELIVERED', { messageId: null })]);
  await publish([early]);
  await waitFor(async () => (await db.prisma.message.findFirst({ where: { waMessageId } }))?.status === 'DELIVERED', {
    what: 'the early receipt to be applied',
  });
});
