import { eventsStream, subjects } from '@multiwa/contracts';
import { connect } from 'nats';
import { expect, onTestFinished, test } from 'vitest';
import type { Bus, EventReader } from '../src/index.js';
import { anEvent, anId } from './support/data.js';
import { makeLog, openBus, ownNats } from './support/nats.js';
import { waitFor } from './support/wait-for.js';

/** Takes so many events from a reader. */
async function take(reader: EventReader, count: number): Promise<number[]> {
  const sequences: number[] = [];
  const events = reader[Symbol.asyncIterator]();
  while (sequences.length < count) {
    const { value, done } = await events.next();
    if (done) break;
    sequences.push(value.envelope.sequence);
  }
  return sequences;
}

async function publish(bus: Bus, workspaceId: string, profileId: string | null, from: number, to: number) {
  const events = Array.from({ length: to - from + 1 }, (_, index) => anEvent(workspaceId, profileId, from + index));
  const results = await bus.publishEvents(events);
  return results.map((result) => (result.ok ? result.sequence : 0));
}

test('a reader gets its workspace’s events only, from behind its cursor, then the new ones', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const [mine, other, profileId] = [anId(), anId(), anId()];
  const sequences = await publish(bus, mine, profileId, 1, 5);
  await publish(bus, other, profileId, 100, 105);
  await publish(bus, mine, null, 6, 6);
  const all = await bus.readEvents({ workspaceId: mine, after: sequences[1] });
  expect(await take(all, 4)).toEqual([3, 4, 5, 6]);
  await publish(bus, mine, profileId, 7, 8);
  expect(await take(all, 2)).toEqual([7, 8]);
  const ofProfile = await bus.readEvents({ workspaceId: mine, profileId, after: 0 });
  expect(await take(ofProfile, 7)).toEqual([1, 2, 3, 4, 5, 7, 8]);
});

test('without a cursor only new events come', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const workspaceId = anId();
  await publish(bus, workspaceId, null, 1, 3);
  const reader = await bus.readEvents({ workspaceId });
  await publish(bus, workspaceId, null, 4, 5);
  expect(await take(reader, 2)).toEqual([4, 5]);
});

test('a cursor behind which events are gone is refused, naming the oldest kept one', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const workspaceId = anId();
  await publish(bus, workspaceId, null, 1, 10);
  const connection = await connect({ servers: url });
  onTestFinished(() => connection.close());
  const manager = await connection.jetstreamManager();
  await manager.streams.purge(eventsStream.name, { filter: subjects.event(workspaceId, null, 'webhook.test'), seq: 6 });
  await expect(bus.readEvents({ workspaceId, after: 4 })).rejects.toMatchObject({
    code: 'cursor_expired',
    message: expect.stringContaining(' 6.'),
  });
  await expect(bus.readEvents({ workspaceId, after: 99 })).rejects.toMatchObject({ code: 'cursor_expired' });
  expect(await take(await bus.readEvents({ workspaceId, after: 5 }), 5)).toEqual([6, 7, 8, 9, 10]);
});

test('a reader goes on without a gap or a repetition after the server was killed', async () => {
  const nats = await ownNats();
  const bus = await openBus(nats.url);
  const workspaceId = anId();
  const reader = await bus.readEvents({ workspaceId });
  await publish(bus, workspaceId, null, 1, 50);
  expect(await take(reader, 20)).toHaveLength(20);
  await nats.kill();
  await nats.restart();
  await publish(bus, workspaceId, null, 51, 80);
  expect(await take(reader, 60)).toEqual(Array.from({ length: 60 }, (_, index) => index + 21));
});

test('stop ends the iteration', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const reader = await bus.readEvents({ workspaceId: anId() });
  const reading = take(reader, 1);
  await reader.stop();
  expect(await reading).toEqual([]);
});

test('a filter lets its types through only, and a reader who has read all stands behind what is others’', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const [workspaceId, profileId] = [anId(), anId()];
  const sent = (sequence: number) => ({ ...anEvent(workspaceId, profileId, sequence), type: 'message.sent' as const });
  const reader = await bus.readEvents({ workspaceId, types: ['message.*'] });
  await bus.publishEvents([anEvent(workspaceId, profileId, 1), sent(2), anEvent(workspaceId, profileId, 3), sent(4)]);
  const events = reader[Symbol.asyncIterator]();
  expect((await events.next()).value?.envelope.sequence).toBe(2);
  expect(await reader.caughtUp(), 'while one waits').toBeUndefined();
  expect((await events.next()).value?.envelope.sequence).toBe(4);
  const next = events.next();
  const [last = 0] = (await publish(bus, anId(), null, 1, 1)).slice(-1);
  await waitFor('it to stand behind everything', async () => (await reader.caughtUp()) === last);
  await reader.stop();
  expect((await next).done).toBe(true);
});

test('pages hold what fits, in order, end behind everything, and a forged envelope is nobody’s', async () => {
  const { url } = await ownNats();
  const log = makeLog();
  const bus = await openBus(url, log);
  const [workspaceId, other] = [anId(), anId()];
  await publish(bus, workspaceId, null, 1, 7);
  await publish(bus, other, null, 1, 3);
  const connection = await connect({ servers: url });
  onTestFinished(() => connection.close());
  const forged = JSON.stringify(anEvent(other, null, 99));
  await connection.jetstream().publish(subjects.event(workspaceId, null, 'webhook.test'), forged);
  const sequences: number[] = [];
  let after = 0;
  for (const size of [3, 3, 1, 0]) {
    const page = await bus.fetchEvents({ workspaceId, after, limit: 3 });
    expect(page.events).toHaveLength(size);
    sequences.push(...page.events.map(({ envelope }) => envelope.sequence));
    after = page.position;
  }
  expect(sequences).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(after).toBe(11);
  expect((await bus.fetchEvents({ workspaceId, types: ['message.*'], limit: 3 })).events).toEqual([]);
  await expect(bus.fetchEvents({ workspaceId, after: 99, limit: 3 })).rejects.toMatchObject({ code: 'cursor_expired' });
});
