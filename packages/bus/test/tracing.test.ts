import { consumers } from '@multiwa/contracts';
import { expect, test } from 'vitest';
import type { FactMessage, HandlerResult, StartSpan } from '../src/index.js';
import { anEvent, anId, aSendCommand, aStatusFact } from './support/data.js';
import { openBus, ownNats } from './support/nats.js';
import { waitFor } from './support/wait-for.js';

const root = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Spans as words: each says which one it is below. */
function recorder() {
  const begun: string[] = [];
  const ended: string[] = [];
  let active: string | undefined;
  const startSpan: StartSpan = (name, { parent }) => {
    const traceparent = `${parent} > ${name}`;
    begun.push(traceparent);
    return {
      traceparent,
      run(work) {
        active = traceparent;
        const result = work();
        active = undefined;
        return result;
      },
      end: (failure) => void ended.push(failure ? `${name}: ${failure}` : name),
    };
  };
  return { startSpan, begun, ended, active: () => active };
}

test('a command is handled in a span below that of its publication, which is the active one meanwhile', async () => {
  const { url } = await ownNats();
  const spans = recorder();
  const bus = await openBus(url, undefined, spans.startSpan);
  const command = aSendCommand(anId());
  await bus.publishCommands([{ verb: 'send', payload: command, traceparent: root }]);
  const seen: (string | undefined)[] = [];
  await bus.consumeProfileCommands({
    profileId: command.profileId,
    generation: 1,
    connection: 1,
    handler: async ({ traceparent }) => {
      seen.push(traceparent, spans.active());
      return 'done';
    },
    onLost: () => undefined,
  });
  const handled = `${root} > publish command send > handle command send`;
  await waitFor('the span to end', () => spans.ended.length === 2);
  expect(seen).toEqual([handled, handled]);
  expect(spans.ended).toEqual(['publish command send', 'handle command send']);
});

test('of a batch of facts each has the span of its own trace, ended with its own result', async () => {
  const { url } = await ownNats();
  const spans = recorder();
  const bus = await openBus(url, undefined, spans.startSpan);
  const facts = ['a', 'b', undefined].map((traceparent) => ({
    kind: 'message-status' as const,
    payload: aStatusFact(anId()),
    traceparent,
  }));
  await bus.publishFacts(facts);
  const seen: (string | undefined)[] = [];
  await bus.consumeFacts(consumers.events, {
    batchSize: 3,
    maxWaitMs: 5_000,
    handler: async (batch: FactMessage[]) => {
      seen.push(...batch.map(({ traceparent }) => traceparent));
      return batch.map((_, index): HandlerResult => (index === 1 ? { reject: 'no' } : 'done'));
    },
  });
  await waitFor('the spans to end', () => spans.ended.length === 4);
  const below = (parent: string) => `${parent} > publish fact message-status > handle fact message-status`;
  expect(seen).toEqual([below('a'), below('b'), undefined]);
  expect(spans.ended.slice(2)).toEqual(['handle fact message-status', 'handle fact message-status: rejected']);
});

test('an event carries its trace to every reader, and a message without one begins none', async () => {
  const { url } = await ownNats();
  const spans = recorder();
  const bus = await openBus(url, undefined, spans.startSpan);
  const workspaceId = anId();
  const [first, second] = [anEvent(workspaceId, null, 1), anEvent(workspaceId, null, 2)];
  await bus.publishEvents([first, second], [root]);
  const published = `${root} > publish event ${first.type}`;
  const reader = await bus.readEvents({ workspaceId, after: 0 });
  const read: (string | undefined)[] = [];
  for await (const { traceparent } of reader) if (read.push(traceparent) === 2) break;
  await reader.stop();
  expect(read).toEqual([published, undefined]);
  const consumed: (string | undefined)[] = [];
  await bus.consumeEvents(consumers.webhooks, {
    batchSize: 2,
    maxWaitMs: 5_000,
    handler: async (batch) => {
      consumed.push(...batch.map(({ traceparent }) => traceparent));
      return batch.map(() => 'done');
    },
  });
  await waitFor('both', () => consumed.length === 2);
  expect(consumed).toEqual([published, undefined]);
  expect(spans.begun).toEqual([published]);
});

test('without a tracer the trace passes through', async () => {
  const { url } = await ownNats();
  const bus = await openBus(url);
  await bus.publishFacts([{ kind: 'message-status', payload: aStatusFact(anId()), traceparent: root }]);
  const seen: (string | undefined)[] = [];
  await bus.consumeFacts(consumers.events, {
    batchSize: 1,
    maxWaitMs: 1,
    handler: async (batch) => {
      seen.push(...batch.map(({ traceparent }) => traceparent));
      return batch.map(() => 'done');
    },
  });
  await waitFor('it', () => seen.length === 1);
  expect(seen).toEqual([root]);
});
