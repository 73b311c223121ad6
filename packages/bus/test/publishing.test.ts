import { consumers } from '@multiwa/contracts';
import { expect, test } from 'vitest';
import { anEvent, anId, aSendCommand, aStatusFact } from './support/data.js';
import { openBus, ownNats } from './support/nats.js';
import { waitFor } from './support/wait-for.js';

test('a repetition under the same key is stored once', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const command = aSendCommand(anId());
  const first = await bus.publishCommand('send', command);
  const second = await bus.publishCommand('send', command);
  expect(first.duplicate).toBe(false);
  expect(second).toEqual({ sequence: first.sequence, duplicate: true });
});

test('what many publish at once stands in the stream in the order given', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const profileId = anId();
  const facts = Array.from({ length: 2_000 }, () => aStatusFact(profileId));
  const results = await bus.publishFacts(facts.map((payload) => ({ kind: 'message-status', payload })));
  const sequences = results.map((result) => (result.ok ? result.sequence : -1));
  expect(sequences).toEqual(facts.map((_, index) => index + 1));
});

test('a server killed while it is published to loses nothing, doubles nothing and keeps the order', async () => {
  const nats = await ownNats();
  const bus = await openBus(nats.url);
  const profileId = anId();
  const facts = Array.from({ length: 6_000 }, () => aStatusFact(profileId));
  const publishing: Promise<{ sequence: number }>[] = [];
  let acked = 0;
  // Rounds, so that the server dies with some acked, some in flight and some not yet sent.
  const publish = async () => {
    for (let start = 0; start < facts.length; start += 100) {
      const round = facts.slice(start, start + 100).map((fact) => bus.publishFact('message-status', fact));
      for (const item of round) void item.then(() => (acked += 1));
      publishing.push(...round);
      await Promise.race([...round, new Promise((resolve) => setImmediate(resolve))]);
    }
  };
  const started = publish();
  await waitFor('some are acked', () => acked > 500);
  await nats.kill();
  expect(acked).toBeLessThan(facts.length);
  await nats.restart();
  await started;
  await Promise.all(publishing);

  const received: string[] = [];
  await bus.consumeFacts(consumers.events, {
    batchSize: 500,
    maxWaitMs: 20,
    handler: async (batch) => {
      for (const { kind, payload } of batch) if (kind === 'message-status') received.push(payload.waMessageId);
      return batch.map(() => 'done');
    },
  });
  await waitFor('all are read', () => received.length >= facts.length);
  expect(received).toEqual(facts.map(({ waMessageId }) => waMessageId));
});

test('what is published while the server is away is stored when it is back', async () => {
  const nats = await ownNats();
  const bus = await openBus(nats.url);
  await nats.kill();
  await waitFor('it is noticed', () => !bus.healthy());
  const events = [1, 2, 3].map((sequence) => anEvent(anId(), null, sequence));
  const publishing = bus.publishEvents(events);
  await nats.restart();
  expect((await publishing).map((result) => result.ok && result.sequence)).toEqual([1, 2, 3]);
});

test('a stream that was lost is made again by the next publish', async () => {
  const nats = await ownNats();
  const bus = await openBus(nats.url);
  await bus.publishCommand('send', aSendCommand(anId()));
  await nats.restartEmpty();
  const published = await bus.publishCommand('send', aSendCommand(anId()));
  expect(published).toEqual({ sequence: 1, duplicate: false });
});

test('one item that is too large fails alone, with its code', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const profileId = anId();
  const results = await bus.publishCommands([
    { verb: 'send', payload: aSendCommand(profileId, 'small') },
    { verb: 'send', payload: aSendCommand(profileId, 'x'.repeat(9 * 1024 * 1024)) },
    { verb: 'send', payload: aSendCommand(profileId, 'small too') },
  ]);
  expect(results).toEqual([
    { ok: true, sequence: 1, duplicate: false },
    { ok: false, error: expect.objectContaining({ code: 'payload_too_large' }) },
    { ok: true, sequence: 2, duplicate: false },
  ]);
});

test('closing waits for what is being published', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const publishing = bus.publishCommands(
    Array.from({ length: 500 }, () => ({ verb: 'send' as const, payload: aSendCommand(anId()) })),
  );
  await bus.close();
  expect((await publishing).every(({ ok }) => ok)).toBe(true);
  await expect(bus.publishCommand('send', aSendCommand(anId()))).rejects.toMatchObject({ code: 'service_unavailable' });
});
