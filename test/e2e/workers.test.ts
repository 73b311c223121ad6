import { beforeAll, expect, test } from 'vitest';
import {
  type Holder,
  type LinkedProfile,
  linkProfile,
  sessionHolders,
  waitFor,
} from '../../packages/testkit/dist/index.js';
import { startTraffic } from './support/two-way-traffic.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const PROFILES = 6;
const MESSAGES = 40;
const MOVE_TIMEOUT_MS = 60_000;
const TEST_TIMEOUT_MS = 180_000;
const first = 'engine-sandbox';
const second = 'engine-sandbox-2';

const product = useProduct({ services: ['sandbox', 'events', 'scheduler', first, 'gateway'] });
let linked: LinkedProfile[];

beforeAll(async () => {
  const names = Array.from({ length: PROFILES }, (_, index) => `Number ${index + 1}`);
  linked = await Promise.all(names.map((name) => linkProfile(product(), name)));
}, TEST_TIMEOUT_MS);

/** Starts the workers that do not run, and resolves when each has its part of the sessions, open. */
async function withBothWorkers(): Promise<void> {
  const { services } = product();
  for (const name of [first, second]) if (services.pid(name) === undefined) await services.start(name);
  await untilOwned({ [first]: PROFILES / 2, [second]: PROFILES / 2 });
}

/** Resolves when every session is open and each of these workers has so many of them. */
async function untilOwned(counts: Record<string, number>): Promise<void> {
  const { services, sandbox, client, databaseUrl } = product();
  await waitFor(
    async () => {
      const holders = await sessionHolders(databaseUrl);
      const countOf = (name: string) => holders.filter(({ pid }) => pid === services.pid(name)).length;
      if (!Object.entries(counts).every(([name, count]) => countOf(name) === count)) return false;
      const sockets = await sandbox.sockets();
      const isOpen = ({ phone }: LinkedProfile) =>
        sockets.some((socket) => socket.phone === phone.phone && socket.open === 1);
      const profiles = await Promise.all(linked.map(({ profile }) => client.profiles.get(profile.id)));
      return linked.every(isOpen) && profiles.every(({ status }) => status === 'CONNECTED');
    },
    { what: `the sessions to be open at ${JSON.stringify(counts)}`, timeoutMs: MOVE_TIMEOUT_MS, everyMs: 200 },
  );
}

/** A profile of this worker. */
async function oneOf(name: string): Promise<LinkedProfile> {
  const { services, databaseUrl } = product();
  const holders = await sessionHolders(databaseUrl);
  const mine = new Set(holders.filter(({ pid }) => pid === services.pid(name)).map(({ profileId }) => profileId));
  const found = linked.find(({ profile }) => mine.has(profile.id));
  if (!found) throw new Error(`${name} owns nothing`);
  return found;
}

/** The sum of a worker's counter over the series with this label. */
async function metric(name: string, counter: string, label = ''): Promise<number> {
  const response = await fetch(`${product().services.opsUrl(name)}/metrics`);
  const series = (await response.text()).split('\n').filter((line) => line.startsWith(`multiwa_${counter}{`));
  return series
    .filter((line) => line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** How often a number had a second socket while its first was open. */
async function doubledSockets(): Promise<number> {
  const sockets = await product().sandbox.sockets();
  return sockets.reduce((sum, { doubled }) => sum + doubled, 0);
}

async function expectStillLinked(): Promise<void> {
  for (const { phone } of linked) expect(await product().sandbox.companions(phone.phone)).toHaveLength(1);
}

test(
  'a worker that joins gets its part of the sessions, one after the other handed over to it, and keeps it',
  async () => {
    showLogsOnFailure(product());
    await untilOwned({ [first]: PROFILES });
    const { profile, phone } = await oneOf(first);
    const traffic = await startTraffic(product(), { profile, phone }, MESSAGES, 'joining');
    await withBothWorkers();
    await traffic.expectExactlyOnce();
    expect(await metric(first, 'engine_handovers_total', 'cause="rebalance"')).toBe(PROFILES / 2);
    expect(await metric(second, 'engine_claims_total', 'kind="handed_over"')).toBe(PROFILES / 2);
    expect(await metric(second, 'engine_handovers_total')).toBe(0);
    expect(await doubledSockets()).toBe(0);
    await expectStillLinked();
  },
  TEST_TIMEOUT_MS,
);

test.each(['stop', 'crash'] as const)(
  'when the database restarts (%s), no worker takes from another, no socket is closed, and messages go on',
  async (how) => {
    showLogsOnFailure(product());
    await withBothWorkers();
    const { databaseUrl, sandbox, servers, services } = product();
    const before = await sessionHolders(databaseUrl);
    const opened = async () => (await sandbox.sockets()).map(({ phone, openedTotal }) => [phone, openedTotal]);
    const openedBefore = await opened();
    const breaks = async () => [
      await metric(first, 'engine_lifeline_breaks_total'),
      await metric(second, 'engine_lifeline_breaks_total'),
    ];
    const breaksBefore = await breaks();
    await servers.restart('postgres', how);
    for (const name of [first, second]) {
      const traffic = await startTraffic(product(), await oneOf(name), MESSAGES, `${how} ${name}`);
      await traffic.expectExactlyOnce();
    }
    expect(await breaks()).toEqual(breaksBefore.map((count) => count + 1));
    const owners = (holders: Holder[]) => holders.map(({ profileId, generation, pid }) => [profileId, generation, pid]);
    expect(owners(await sessionHolders(databaseUrl))).toEqual(owners(before));
    expect(await opened()).toEqual(openedBefore);
    expect(services.pid(first)).toBeDefined();
  },
  TEST_TIMEOUT_MS,
);

test(
  'a frozen worker is replaced when its leases expire, and does nothing more for them when it goes on',
  async () => {
    showLogsOnFailure(product());
    await withBothWorkers();
    const { services } = product();
    const frozen = await oneOf(second);
    const doubledBefore = await doubledSockets();
    const sent = await metric(second, 'engine_sends_total');
    services.freeze(second);
    // Its phones write first and wait for the receipt: that comes from the one that replaces it.
    const traffic = await startTraffic(product(), frozen, MESSAGES, 'thawed');
    await untilOwned({ [first]: PROFILES, [second]: 0 });
    await traffic.untilUnderway(MESSAGES / 4);
    services.thaw(second);
    await waitFor(async () => (await metric(second, 'engine_leases_lost_total')) === PROFILES / 2, {
      what: 'the worker to notice what it has lost',
    });
    await traffic.expectExactlyOnce();
    expect(await metric(second, 'engine_sends_total')).toBe(sent);
    expect(await metric(first, 'engine_claims_total', 'kind="expired"')).toBe(PROFILES / 2);
    // Its sockets stood while nobody served them; since then it has not opened one beside another's.
    expect(await doubledSockets()).toBe(doubledBefore + PROFILES / 2);
    await withBothWorkers();
    expect(await doubledSockets()).toBe(doubledBefore + PROFILES / 2);
    await expectStillLinked();
  },
  TEST_TIMEOUT_MS,
);

test(
  'an operator empties a worker, which stays empty until it is taken back into service',
  async () => {
    showLogsOnFailure(product());
    await withBothWorkers();
    const { services, client } = product();
    const doubledBefore = await doubledSockets();
    const worker = async () => {
      const workers = await client.engine.workers();
      return workers.find(({ pid }) => pid === services.pid(second));
    };
    const id = (await worker())?.id ?? '';
    await client.engine.drain(id);
    await untilOwned({ [first]: PROFILES, [second]: 0 });
    await waitFor(async () => (await worker())?.sessions === 0, { what: 'the worker to say that it is empty' });
    expect(await worker()).toMatchObject({ id, state: 'DRAINING', admitting: false });
    const reconnected = await product().sandbox.resetSockets();
    expect(reconnected).toBe(PROFILES);
    await untilOwned({ [first]: PROFILES, [second]: 0 });
    await client.engine.undrain(id);
    await withBothWorkers();
    expect(await metric(second, 'engine_handovers_total', 'cause="operator"')).toBe(PROFILES / 2);
    expect(await doubledSockets()).toBe(doubledBefore);
  },
  TEST_TIMEOUT_MS,
);

test(
  'SIGTERM hands every session over to the other worker: nothing lost, nothing twice, no socket doubled',
  async () => {
    showLogsOnFailure(product());
    await withBothWorkers();
    const { services } = product();
    const doubledBefore = await doubledSockets();
    const claimsBefore = await metric(second, 'engine_claims_total', 'kind="handed_over"');
    const traffic = await startTraffic(product(), await oneOf(first), MESSAGES, 'stopped');
    await traffic.untilUnderway(MESSAGES / 4);
    await services.stop(first);
    await untilOwned({ [second]: PROFILES });
    await traffic.expectExactlyOnce();
    expect(await metric(second, 'engine_claims_total', 'kind="handed_over"')).toBe(claimsBefore + PROFILES / 2);
    expect(await doubledSockets()).toBe(doubledBefore);
    await expectStillLinked();
  },
  TEST_TIMEOUT_MS,
);

test(
  'kill -9 of a worker: the other takes its sessions before their leases expire, no socket doubled, no new QR',
  async () => {
    showLogsOnFailure(product());
    await withBothWorkers();
    const { services } = product();
    const doubledBefore = await doubledSockets();
    const orphanedBefore = await metric(second, 'engine_claims_total', 'kind="orphaned"');
    const expiredBefore = await metric(second, 'engine_claims_total', 'kind="expired"');
    const traffic = await startTraffic(product(), await oneOf(first), MESSAGES, 'killed');
    await traffic.untilUnderway(MESSAGES / 4);
    await services.kill(first);
    await untilOwned({ [second]: PROFILES });
    await traffic.expectExactlyOnce({ inOneCopy: false });
    expect(await metric(second, 'engine_claims_total', 'kind="orphaned"')).toBe(orphanedBefore + PROFILES / 2);
    expect(await metric(second, 'engine_claims_total', 'kind="expired"')).toBe(expiredBefore);
    expect(await doubledSockets()).toBe(doubledBefore);
    await expectStillLinked();
  },
  TEST_TIMEOUT_MS,
);
