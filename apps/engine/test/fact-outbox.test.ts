import type { FactItem, PublishResult } from '@multiwa/bus';
import { CodedError } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { createLogger } from '@multiwa/runtime';
import { expect, test } from 'vitest';
import { FactOutbox, SilencedError } from '../src/facts/fact-outbox.js';

const logger = createLogger('engine-test', 'silent');
const away = { ok: false as const, error: new CodedError('service_unavailable') };

function lease() {
  return { profileId: newId(), generation: 1 };
}

function fact(profileId: string, chat: string): FactItem {
  const at = new Date().toISOString();
  const message = { messageId: null, waMessageId: newId(), chat, status: 'DELIVERED' as const, failure: null };
  return { kind: 'message-status', payload: { profileId, workspaceId: newId(), at, ...message } };
}

/** A bus that answers as `answer` says; `stored` is what it took, in order. */
function makeBus(answer: (item: FactItem, call: number) => boolean | Promise<boolean>) {
  const stored: FactItem[] = [];
  let call = 0;
  const publishFacts = async (items: readonly FactItem[]): Promise<PublishResult[]> => {
    call += 1;
    const results: PublishResult[] = [];
    for (const item of items) {
      const taken = await answer(item, call);
      if (taken) stored.push(item);
      results.push(taken ? { ok: true, sequence: stored.length, duplicate: false } : away);
    }
    return results;
  };
  return { bus: { publishFacts }, stored };
}

test('while the bus fails now and then, none is lost, and what follows a failed one of its profile is said again after it', async () => {
  let turn = 0;
  const { bus, stored } = makeBus(() => {
    turn += 1;
    return turn % 7 !== 0;
  });
  const outbox = new FactOutbox(bus, logger);
  const leases = [lease(), lease(), lease()];
  const items = Array.from({ length: 60 }, (_, n) => fact(leases[n % 3]?.profileId ?? '', `${n}`));
  await Promise.all(items.map((item, n) => outbox.publish(leases[n % 3] ?? lease(), item)));
  for (const { profileId } of leases) {
    const of = (list: readonly FactItem[]) =>
      list
        .filter(({ payload }) => payload.profileId === profileId)
        .map(({ payload }) => 'chat' in payload && payload.chat);
    // What was stored behind a failure is said again behind its repetition: the last time of each counts.
    const lastTimes = of(stored).filter((chat, n, all) => all.lastIndexOf(chat) === n);
    expect(lastTimes).toEqual(of(items));
  }
  expect(outbox.size).toBe(0);
});

test('while the bus is away nothing more is taken in beyond a bound, and all of it is said when it is back', async () => {
  let back = () => {};
  const isBack = new Promise<void>((resolve) => {
    back = resolve;
  });
  const { bus, stored } = makeBus(async () => {
    await isBack;
    return true;
  });
  const outbox = new FactOutbox(bus, logger);
  const owner = lease();
  const said: Promise<void>[] = [];
  let blocked = false;
  const filling = (async () => {
    for (let n = 0; n < 6_000; n += 1) {
      const room = outbox.room();
      blocked = true;
      await room;
      blocked = false;
      said.push(outbox.publish(owner, fact(owner.profileId, `${n}`)));
    }
  })();
  // Until nothing moves any more.
  for (let seen = -1; seen !== said.length; ) {
    seen = said.length;
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(blocked).toBe(true);
  expect(outbox.size).toBe(5_000);
  back();
  await filling;
  await Promise.all(said);
  expect(stored.map(({ payload }) => 'chat' in payload && Number(payload.chat))).toEqual(said.map((_, n) => n));
});

test('after the lease is lost nothing that waits is said under it, and others go on', async () => {
  const { bus, stored } = makeBus((_, call) => call > 1);
  const outbox = new FactOutbox(bus, logger);
  const [lost, kept] = [lease(), lease()];
  const refused = expect(outbox.publish(lost, fact(lost.profileId, 'a'))).rejects.toBeInstanceOf(SilencedError);
  const said = outbox.publish(kept, fact(kept.profileId, 'b'));
  outbox.silence(lost);
  await refused;
  await said;
  await expect(outbox.publish(lost, fact(lost.profileId, 'c'))).rejects.toBeInstanceOf(SilencedError);
  expect(stored.map(({ payload }) => payload.profileId)).toEqual([kept.profileId]);
});
