import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createCipher } from '@multiwa/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../packages/testkit/src/wait-for.js';
import { acceptMessage, makeProfile, useTestDatabase } from './support/database.js';
import { addEndpoint } from './support/endpoints.js';
import { received, status } from './support/facts.js';
import { useOwnNats } from './support/nats.js';
import { startReceiver } from './support/receiver.js';
import { subscribe } from './support/subscriber.js';

const database = useTestDatabase();
const nats = useOwnNats();
const key = randomBytes(32).toString('base64');
// On a busy machine a process needs many seconds before it does anything.
const START_TIMEOUT_MS = 40_000;
const TEST_TIMEOUT_MS = 180_000;
const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function startProcess(): ChildProcess {
  const env = {
    ...process.env,
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    PORT: '0',
    LOG_LEVEL: 'error',
    MULTIWA_ENCRYPTION_KEY: key,
    MULTIWA_ALLOW_PRIVATE_URLS: 'true',
  };
  const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}

test(
  'killed -9 again and again in the middle of its work, it loses no fact and repeats no event',
  async () => {
    const { db, bus } = { db: database.db, bus: nats.bus };
    const owner = await makeProfile(db);
    const messages = await Promise.all(Array.from({ length: 100 }, () => acceptMessage(db, owner)));
    const subscriber = await subscribe(bus, owner.workspaceId);
    let child = startProcess();
    for (let round = 0; round < 4; round += 1) {
      const seenBefore = subscriber.seen.length;
      const batch = messages.slice(round * 25, round * 25 + 25);
      const results = await bus.publishFacts(
        batch.flatMap((message) => [status(owner, message, 'SENT'), received(owner), status(owner, message, 'READ')]),
      );
      expect(results.every(({ ok }) => ok)).toBe(true);
      await waitFor(() => subscriber.seen.length > seenBefore, {
        what: 'the first event of the round',
        timeoutMs: START_TIMEOUT_MS,
        everyMs: 1,
      });
      await end(child, 'SIGKILL');
      child = startProcess();
    }
    // Two people met (one written to, one writing), three events for each message, and one to know the last process by.
    await bus.publishFacts([received(owner)]);
    const seen = await subscriber.until(303, START_TIMEOUT_MS);
    expect(seen.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 303 }, (_, index) => index + 1));
    expect(new Set(seen.map(({ id }) => id)).size).toBe(303);
    expect(await db.prisma.message.count({ where: { profileId: owner.profileId, status: 'READ' } })).toBe(100);
    expect(await db.prisma.conversation.findMany({ where: { unreadCount: 101 } })).toHaveLength(1);
    expect(await end(child, 'SIGTERM')).toBe(0);
  },
  TEST_TIMEOUT_MS,
);

test(
  'killed -9 in the middle of 500 webhooks, it delivers each at least once and soon, with one body an id',
  async () => {
    const { db, bus } = { db: database.db, bus: nats.bus };
    const owner = await makeProfile(db);
    const receiver = await startReceiver();
    await addEndpoint(db, createCipher(key), owner, { url: receiver.url, eventTypes: ['message.received'] });
    let child = startProcess();
    const results = await bus.publishFacts(Array.from({ length: 500 }, () => received(owner)));
    expect(results.every(({ ok }) => ok)).toBe(true);
    for (const count of [20, 150, 300]) {
      await waitFor(() => receiver.received.length >= count, {
        what: `${count} deliveries`,
        timeoutMs: START_TIMEOUT_MS,
        everyMs: 1,
      });
      await end(child, 'SIGKILL');
      child = startProcess();
    }
    const events = await waitFor(
      async () => {
        const rows = await db.prisma.webhookDelivery.findMany({ where: { workspaceId: owner.workspaceId } });
        return rows.length === 500 && rows.every(({ status }) => status === 'DELIVERED') && rows;
      },
      { what: '500 deliveries', timeoutMs: START_TIMEOUT_MS },
    );
    const bodies = new Map<unknown, Set<string>>();
    for (const { headers, body } of receiver.received) {
      const id = headers['webhook-id'];
      bodies.set(id, (bodies.get(id) ?? new Set()).add(body));
    }
    expect([...bodies.keys()].sort()).toEqual(events.map(({ eventId }) => eventId).sort());
    expect([...bodies.values()].every(({ size }) => size === 1)).toBe(true);
    expect(await end(child, 'SIGTERM')).toBe(0);
  },
  TEST_TIMEOUT_MS,
);
