import { consumers, eventsStream, factsStream, subjects } from '@multiwa/contracts';
import { connect, nanos } from 'nats';
import { expect, onTestFinished, test } from 'vitest';
import type { FactMessage, HandlerResult } from '../src/index.js';
import { anEvent, anId, aStatusFact } from './support/data.js';
import { makeLog, openBus, ownNats } from './support/nats.js';
import { waitFor } from './support/wait-for.js';

const allDone = async (batch: unknown[]): Promise<HandlerResult[]> => batch.map(() => 'done');

/** A client beside the bus, for what the bus does not do. */
async function rawClient(url: string) {
  const connection = await connect({ servers: url });
  onTestFinished(() => connection.close());
  return connection;
}

test('batches are full when there is enough, run one at a time, and come in order', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const profileId = anId();
  await bus.publishFacts(
    Array.from({ length: 250 }, () => ({ kind: 'message-status', payload: aStatusFact(profileId) })),
  );
  const sizes: number[] = [];
  const sequences: number[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  await bus.consumeFacts(consumers.events, {
    batchSize: 100,
    maxWaitMs: 200,
    handler: async (batch) => {
      atOnce += 1;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      sizes.push(batch.length);
      sequences.push(...batch.map(({ streamSequence }) => streamSequence));
      atOnce -= 1;
      return batch.map(() => 'done');
    },
  });
  await waitFor('all', () => sequences.length === 250);
  expect(sequences).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  expect(mostAtOnce).toBe(1);
});

test('with batches far apart the first message goes at once, and a full batch does not wait', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const profileId = anId();
  const sizes: number[] = [];
  await bus.consumeFacts(consumers.events, {
    batchSize: 10,
    maxWaitMs: 1,
    everyMs: 3_600_000,
    handler: async (batch) => {
      sizes.push(batch.length);
      return batch.map(() => 'done');
    },
  });
  await bus.publishFact('message-status', aStatusFact(profileId));
  await waitFor('the first one', () => sizes.length === 1);
  for (let count = 0; count < 10; count += 1) await bus.publishFact('message-status', aStatusFact(profileId));
  await waitFor('a full batch', () => sizes.length === 2);
  expect(sizes).toEqual([1, 10]);
});

test('a batch whose handler throws comes again, and results count one by one', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const facts = Array.from({ length: 4 }, () => aStatusFact(anId()));
  await bus.publishFacts(facts.map((payload) => ({ kind: 'message-status', payload })));
  const seen: { id: string; deliveryCount: number }[] = [];
  let calls = 0;
  await bus.consumeFacts(consumers.events, {
    batchSize: 4,
    maxWaitMs: 300,
    handler: async (batch) => {
      calls += 1;
      if (calls === 1) throw new Error('the database is away');
      return batch.map(({ payload, deliveryCount }): HandlerResult => {
        seen.push({ id: payload.profileId, deliveryCount });
        return payload.profileId === facts[1]?.profileId && deliveryCount < 3 ? { retryInMs: 1 } : 'done';
      });
    },
  });
  await waitFor('the retry', () => seen.some(({ deliveryCount }) => deliveryCount === 3));
  const counts = facts.map(({ profileId }) => seen.filter(({ id }) => id === profileId).length);
  expect(counts).toEqual([1, 2, 1, 1]);
});

test('what cannot be parsed is rejected, logged without its content, and holds nothing up', async () => {
  const { url } = await ownNats();
  const log = makeLog();
  const bus = await openBus(url, log);
  const raw = await rawClient(url);
  const jetStream = raw.jetstream();
  await jetStream.publish(subjects.fact(anId(), 'message-status'), 'secret, not JSON');
  await jetStream.publish(subjects.fact(anId(), 'message-status'), '{"status":"secret"}');
  await jetStream.publish(subjects.fact(anId(), 'unheard-of'), '{"text":"secret"}');
  const good = aStatusFact(anId());
  await bus.publishFact('message-status', good);
  const received: FactMessage[] = [];
  await bus.consumeFacts(consumers.events, {
    batchSize: 10,
    maxWaitMs: 10,
    handler: async (batch) => {
      received.push(...batch);
      return batch.map(() => 'done');
    },
  });
  await waitFor('the good one', () => received.length > 0);
  expect(received.map(({ payload }) => payload)).toEqual([good]);
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(3);
  expect(JSON.stringify(log.lines)).not.toContain('secret');
  const manager = await raw.jetstreamManager();
  await waitFor('the stream is empty', async () => (await manager.streams.info(factsStream.name)).state.messages === 0);
});

test('a consumer survives a killed server, and nothing is handled twice by it', async () => {
  const nats = await ownNats();
  const bus = await openBus(nats.url);
  const profileId = anId();
  const handled: number[] = [];
  await bus.consumeFacts(consumers.events, {
    batchSize: 50,
    maxWaitMs: 5,
    handler: async (batch) => {
      handled.push(...batch.map(({ streamSequence }) => streamSequence));
      return batch.map(() => 'done');
    },
  });
  const publish = (count: number) =>
    bus.publishFacts(
      Array.from({ length: count }, () => ({ kind: 'message-status', payload: aStatusFact(profileId) })),
    );
  await publish(300);
  await waitFor('some are handled', () => handled.length > 0);
  await nats.kill();
  await nats.restart();
  await publish(300);
  await waitFor('all are handled', () => new Set(handled).size === 600);
  expect(handled).toHaveLength(600);
});

const received = (sequence: number) => ({ ...anEvent(anId(), anId(), sequence), type: 'message.received' as const });

test('a deleted shared consumer and a lost store are made good', async () => {
  const nats = await ownNats();
  const bus = await openBus(nats.url);
  const seen: string[] = [];
  await bus.consumeEvents(consumers.automation, {
    batchSize: 10,
    maxWaitMs: 5,
    handler: async (batch) => {
      seen.push(...batch.map(({ payload }) => payload.id));
      return batch.map(() => 'done');
    },
  });
  const manager = await (await rawClient(nats.url)).jetstreamManager();
  await manager.consumers.delete(eventsStream.name, consumers.automation.durable);
  const first = received(1);
  await bus.publishEvents([first]);
  await waitFor('the first event', () => seen.includes(first.id));
  await nats.restartEmpty();
  const second = received(2);
  await bus.publishEvents([second]);
  await waitFor('the second event', () => seen.includes(second.id));
});

test('two replicas share a consumer: each event is handled by one of them', async () => {
  const { url } = await ownNats();
  const buses = [await openBus(url), await openBus(url)];
  const handled: number[] = [];
  for (const bus of buses) {
    await bus.consumeEvents(consumers.automation, {
      batchSize: 10,
      maxWaitMs: 5,
      handler: async (batch) => {
        handled.push(...batch.map(({ streamSequence }) => streamSequence));
        return batch.map(() => 'done');
      },
    });
  }
  await buses[0]?.publishEvents(Array.from({ length: 200 }, (_, index) => received(index + 1)));
  await waitFor('all', () => handled.length >= 200);
  expect(new Set(handled).size).toBe(200);
});

test.each([
  ['a work queue', 'events'],
  ['the log of events', 'webhooks'],
] as const)('on %s a successor gets at once and in order what the one before it left unacked', async (_what, role) => {
  const { url } = await ownNats();
  const [first, second] = [await openBus(url), await openBus(url)];
  const handledBy: number[][] = [[], []];
  let hold = () => {};
  const held = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const consume = (bus: typeof first, which: number, until?: Promise<void>) => {
    const options = {
      batchSize: 10,
      maxWaitMs: 5,
      handler: async (batch: { streamSequence: number }[]): Promise<HandlerResult[]> => {
        if (handledBy[which]?.length) await until;
        handledBy[which]?.push(...batch.map(({ streamSequence }) => streamSequence));
        return batch.map(() => 'done');
      },
    };
    return role === 'events'
      ? bus.consumeFacts(consumers.events, options)
      : bus.consumeEvents(consumers.webhooks, options);
  };
  const publish = () =>
    role === 'events'
      ? first.publishFacts(
          Array.from({ length: 100 }, () => ({ kind: 'message-status', payload: aStatusFact(anId()) })),
        )
      : first.publishEvents(Array.from({ length: 100 }, (_, index) => received(index + 1)));
  await publish();
  // It handles one batch, and hangs with the next one as a killed or frozen process does.
  const hung = await consume(first, 0, held);
  await waitFor('the first batch', () => handledBy[0]?.length === 10);
  const manager = await (await rawClient(url)).jetstreamManager();
  const stream = role === 'events' ? factsStream.name : eventsStream.name;
  const floor = async () => (await manager.consumers.list(stream).next()).map((info) => info.ack_floor.stream_seq);
  await waitFor('its acks', async () => Math.max(...(await floor())) === 10);
  await consume(second, 1);
  await publish();
  await waitFor('the rest', () => (handledBy[1]?.length ?? 0) >= 190);
  expect(handledBy[1]).toEqual(Array.from({ length: 190 }, (_, index) => index + 11));
  hold();
  await hung.stop();
  const left = handledBy[0] ?? [];
  expect(left, 'what it had in hand, in the same order').toEqual(left.map((_, index) => index + 1));
});

test('stopping handles what was delivered, and what was not is there for the next at once', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const handled: number[] = [];
  const consume = (handler: () => Promise<void>) =>
    bus.consumeFacts(consumers.events, {
      batchSize: 10,
      maxWaitMs: 5,
      handler: async (batch) => {
        handled.push(...batch.map(({ streamSequence }) => streamSequence));
        await handler();
        return batch.map(() => 'done');
      },
    });
  await bus.publishFacts(Array.from({ length: 500 }, () => ({ kind: 'message-status', payload: aStatusFact(anId()) })));
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = await consume(() => held);
  await waitFor('the first batch', () => handled.length > 0);
  const stopping = first.stop();
  release();
  await stopping;
  const handledByFirst = handled.length;
  expect(handledByFirst).toBeLessThan(500);
  await consume(async () => undefined);
  await waitFor('the rest', () => handled.length >= 500);
  expect(handled).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
});

test('headers travel with a message', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await bus.publishFact('message-status', aStatusFact(anId()), { traceparent });
  const seen: (string | undefined)[] = [];
  await bus.consumeFacts(consumers.events, {
    batchSize: 1,
    maxWaitMs: 1,
    handler: async (batch) => {
      seen.push(...batch.map(({ headers }) => headers.traceparent));
      return batch.map(() => 'done');
    },
  });
  await waitFor('it', () => seen.length === 1);
  expect(seen).toEqual([traceparent]);
});

test('a changed catalog is applied to what is there, and said; an unchanged one changes nothing', async () => {
  const { url } = await ownNats();
  await (await openBus(url)).close();
  const quiet = makeLog();
  await openBus(url, quiet);
  expect(quiet.lines).toEqual([]);
  const manager = await (await rawClient(url)).jetstreamManager();
  const { config } = await manager.streams.info(eventsStream.name);
  await manager.streams.update(eventsStream.name, { ...config, max_age: nanos(3_600_000) });
  await manager.consumers.update(eventsStream.name, consumers.automation.durable, { max_ack_pending: 7 });
  const log = makeLog();
  const bus = await openBus(url, log);
  expect((await manager.streams.info(eventsStream.name)).config.max_age).toBe(nanos(eventsStream.maxAgeMs));
  const { config: consumer } = await manager.consumers.info(eventsStream.name, consumers.automation.durable);
  expect(consumer.max_ack_pending).toBe(consumers.automation.maxAckPending);
  expect(log.lines.map(({ fields }) => fields)).toEqual([
    { stream: eventsStream.name, changed: ['max_age'] },
    { stream: eventsStream.name, consumer: consumers.automation.durable, changed: ['max_ack_pending'] },
  ]);
  await (await bus.consumeEvents(consumers.automation, { batchSize: 1, maxWaitMs: 1, handler: allDone })).stop();
});
