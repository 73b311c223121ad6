import { beforeAll, expect, test } from 'vitest';
import {
  type LinkedProfile,
  linkProfile,
  type Product,
  sessionHolders,
  waitFor,
} from '../../packages/testkit/dist/index.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const PROFILES = 6;
const MOVE_TIMEOUT_MS = 30_000;

const product = useProduct({ services: ['sandbox', 'events', 'scheduler', 'engine-sandbox', 'gateway'] });
let linked: LinkedProfile[];

beforeAll(async () => {
  const names = Array.from({ length: PROFILES }, (_, index) => `Number ${index + 1}`);
  linked = await Promise.all(names.map((name) => linkProfile(product(), name)));
});

/** Resolves when every profile is open and each of these workers has so many of them. */
async function untilOwned(counts: Record<string, number>): Promise<void> {
  const { services, sandbox } = product();
  await waitFor(
    async () => {
      const owned = await ownedBy(product());
      const sockets = await sandbox.sockets();
      const isOpen = ({ phone }: LinkedProfile) =>
        sockets.some((socket) => socket.phone === phone.phone && socket.open === 1);
      return (
        Object.entries(counts).every(([name, count]) => owned.get(services.pid(name) ?? 0)?.length === count) &&
        linked.every(isOpen)
      );
    },
    { what: `the sessions to be open at ${JSON.stringify(counts)}`, timeoutMs: MOVE_TIMEOUT_MS },
  );
}

/** Profiles by the process id of their worker. */
async function ownedBy({ databaseUrl }: Product): Promise<Map<number, string[]>> {
  const owned = new Map<number, string[]>();
  for (const { profileId, pid } of await sessionHolders(databaseUrl)) {
    if (pid !== null) owned.set(pid, [...(owned.get(pid) ?? []), profileId]);
  }
  return owned;
}

/** No number ever had two sockets, and each is linked as it was at first. */
async function expectNeverDoubled(): Promise<void> {
  const { sandbox } = product();
  for (const { phone } of linked) {
    const sockets = await sandbox.sockets(phone.phone);
    expect(sockets.map(({ maxOpen, doubled }) => ({ maxOpen, doubled }))).toEqual([{ maxOpen: 1, doubled: 0 }]);
    expect(await sandbox.companions(phone.phone)).toHaveLength(1);
  }
}

test('kill -9 of the worker that owns everything: all sessions open on another, no socket doubled, no new QR', async () => {
  showLogsOnFailure(product());
  const { services } = product();
  await untilOwned({ 'engine-sandbox': PROFILES });
  await services.start('engine-sandbox-2');
  await services.kill('engine-sandbox');
  await untilOwned({ 'engine-sandbox-2': PROFILES });
  await expectNeverDoubled();
});
