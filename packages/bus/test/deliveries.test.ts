import type { JsMsg } from 'nats';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Deliveries, retryAfterThrow } from '../src/deliveries.js';
import { makeLog } from './support/nats.js';

let deliveries: Deliveries;
let said: string[];

beforeEach(() => {
  said = [];
  deliveries = new Deliveries(60_000, makeLog());
});
afterEach(() => deliveries.close());

/** One delivery of the message with this sequence, which notes what is said to the server. */
function delivery(streamSequence: number, deliveryCount: number, timestampNanos = 1): JsMsg {
  const say = (what: string) => () => void said.push(`${what} ${streamSequence}/${deliveryCount}`);
  const partial: Partial<JsMsg> = {
    subject: 'cmd.00.x.send',
    seq: streamSequence,
    info: { streamSequence, deliveryCount, timestampNanos } as JsMsg['info'],
    ack: say('ack'),
    nak: say('nak'),
    term: say('term'),
    working: say('working'),
  };
  return partial as JsMsg;
}

test('a message that comes again while it is worked on is not handed over twice; its newest delivery is acked', () => {
  const first = delivery(7, 1);
  expect(deliveries.open(first)).toBe(true);
  expect(deliveries.open(delivery(7, 2))).toBe(false);
  deliveries.settle(first, 'done');
  expect(said).toEqual(['ack 7/2']);
});

test('a message that comes again after its ack was lost is acked again without the handler', () => {
  const [done, rejected] = [delivery(1, 1), delivery(2, 1)];
  deliveries.open(done);
  deliveries.open(rejected);
  deliveries.settle(done, 'done');
  deliveries.settle(rejected, { reject: 'no' });
  expect([deliveries.open(delivery(1, 2)), deliveries.open(delivery(2, 2))]).toEqual([false, false]);
  expect(said).toEqual(['ack 1/1', 'term 2/1', 'ack 1/2', 'term 2/2']);
});

test('a retry is handed over again, and so is the same sequence of a stream that was made anew', () => {
  const [retried, done] = [delivery(1, 1), delivery(2, 1)];
  deliveries.open(retried);
  deliveries.open(done);
  deliveries.settle(retried, { retryInMs: 5 });
  deliveries.settle(done, 'done');
  expect(deliveries.open(delivery(1, 2))).toBe(true);
  expect(deliveries.open(delivery(2, 1, 99))).toBe(true);
});

test('retries after a throw come later each time, up to half a minute', () => {
  expect([1, 2, 3, 50].map(retryAfterThrow)).toEqual([250, 500, 1_000, 30_000].map((retryInMs) => ({ retryInMs })));
});
