import { messageStatuses } from '@multiwa/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advanceMessage, isCancellable, isSent, type MessageProgress, type StatusNews } from '../src/message-status.js';

const start: MessageProgress = {
  status: 'QUEUED',
  sentAt: null,
  deliveredAt: null,
  readAt: null,
  playedAt: null,
  endedAt: null,
  failureCode: null,
  failureDetail: null,
};
const order = ['SENT', 'DELIVERED', 'READ', 'PLAYED'] as const;
const said = ['FAILED', ...order] as const;

const newsArbitrary: fc.Arbitrary<StatusNews> = fc.record({
  status: fc.constantFrom(...said),
  at: fc.integer({ min: 0, max: 5 }).map((seconds) => new Date(seconds * 1000)),
  failure: fc.option(
    fc.record({
      code: fc.constantFrom('restricted' as const, 'attempts_exhausted' as const),
      detail: fc.option(fc.constantFrom('a', 'b')),
    }),
  ),
});

function run(news: readonly StatusNews[], from = start) {
  const announced: string[] = [];
  let progress = from;
  for (const each of news) {
    const step = advanceMessage(progress, each);
    progress = step.progress;
    if (step.announce) announced.push(step.announce);
  }
  return { progress, announced };
}

function at(status: StatusNews['status'], second: number): StatusNews {
  return { status, at: new Date(second * 1000), failure: null };
}

describe('the status of a message', () => {
  test('ends the same for any order and any repetition of the news', () => {
    const shuffledTwice = fc
      .array(newsArbitrary, { maxLength: 8 })
      .chain((news) =>
        fc.tuple(fc.constant(news), fc.shuffledSubarray([...news, ...news], { minLength: news.length * 2 })),
      );
    fc.assert(
      fc.property(shuffledTwice, ([news, other]) => {
        expect(run(other).progress).toEqual(run(news).progress);
      }),
    );
  });

  test('is announced upwards only, each status once', () => {
    fc.assert(
      fc.property(fc.array(newsArbitrary, { maxLength: 12 }), (news) => {
        const { announced } = run(news);
        const ranks = announced.map((status) => said.indexOf(status as (typeof said)[number]));
        expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
      }),
    );
  });

  test.each([
    ['in order', [at('SENT', 1), at('DELIVERED', 2), at('READ', 3)], 'READ', ['SENT', 'DELIVERED', 'READ']],
    ['read overtakes delivered', [at('SENT', 1), at('READ', 3), at('DELIVERED', 2)], 'READ', ['SENT', 'READ']],
    ['a receipt overtakes the ack', [at('DELIVERED', 2), at('SENT', 1)], 'DELIVERED', ['DELIVERED']],
    ['an ack after a failure', [at('FAILED', 1), at('SENT', 2)], 'SENT', ['FAILED', 'SENT']],
    ['a failure after an ack', [at('SENT', 1), at('FAILED', 2)], 'SENT', ['SENT']],
    ['played without read', [at('SENT', 1), at('PLAYED', 2)], 'PLAYED', ['SENT', 'PLAYED']],
  ] as const)('%s', (_name, news, status, announced) => {
    expect(run(news)).toMatchObject({ progress: { status }, announced });
  });

  test('keeps the earliest time of each status, also of a skipped one', () => {
    const { progress } = run([at('READ', 9), at('DELIVERED', 8), at('DELIVERED', 7), at('SENT', 5), at('SENT', 6)]);
    expect(progress).toMatchObject({ sentAt: new Date(5000), deliveredAt: new Date(7000), readAt: new Date(9000) });
  });

  test('forgets the failure once WhatsApp accepts the message after all', () => {
    const failure = { code: 'restricted' as const, detail: 'x' };
    const { progress } = run([{ ...at('FAILED', 1), failure }, at('SENT', 2)]);
    expect(progress).toMatchObject({ failureCode: null, failureDetail: null, endedAt: null });
  });

  test('only what no engine has begun to send can be cancelled, and sent means accepted by WhatsApp', () => {
    const cancellable = (begunAt: Date | null) =>
      messageStatuses.filter((status) => isCancellable({ status, begunAt }));
    expect(cancellable(null)).toEqual(['SCHEDULED', 'QUEUED']);
    expect(cancellable(new Date())).toEqual(['SCHEDULED']);
    expect(messageStatuses.filter(isSent)).toEqual([...order]);
  });
});
