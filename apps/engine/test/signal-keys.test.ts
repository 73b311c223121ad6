import { passOn } from '@multiwa/runtime';
import { expect, test } from 'vitest';
import { Deferred } from '../src/deferred.js';
import { KeyCache } from '../src/engines/baileys/key-cache.js';
import { KeyState, SignalKeys } from '../src/engines/baileys/signal-keys.js';
import type { SessionStore } from '../src/state/session-store.js';

const ACCOUNT = 'the account';
const store = {
  lease: { profileId: 'p', generation: 1 },
  readKeys: async () => new Map(),
  write: async () => undefined,
} as unknown as SessionStore;

function twoConnections(): [SignalKeys, SignalKeys] {
  const shared = {
    store,
    cache: new KeyCache(1_000_000),
    state: new KeyState(),
    accountLock: () => ACCOUNT,
    at: passOn,
    onLearned: () => undefined,
  };
  return [new SignalKeys(shared), new SignalKeys(shared)];
}

test('work on a Signal session that outlives its connection holds back the next connection on that session', async () => {
  const [before, next] = twoConnections();
  const release = new Deferred<void>();
  const order: string[] = [];
  const first = before.transaction(async () => {
    await release.promise;
    order.push('before');
  }, 'budi.0');
  const second = next.transaction(async () => void order.push('next'), 'budi.0');
  await next.transaction(async () => void order.push('other session'), 'sari.0');
  release.resolve();
  await Promise.all([first, second]);
  expect(order).toEqual(['other session', 'before', 'next']);
});

test('what the connection before still asks WhatsApp holds back nothing of the next', async () => {
  const [before, next] = twoConnections();
  const never = new Deferred<void>();
  const stuck = before.transaction(() => never.promise, ACCOUNT);
  expect(await next.transaction(async () => 'done', ACCOUNT)).toBe('done');
  never.resolve();
  await stuck;
});
