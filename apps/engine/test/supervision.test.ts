import { createLogger } from '@multiwa/runtime';
import { waitFor } from '@multiwa/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chatWith, startWorld, untilReceived, type World } from './support/world.js';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  expect(await world.control.unknown()).toEqual([]);
  await world.stop();
});

const HOUR_MS = 3_600_000;
const eager = { checkEveryMs: 20, quietMs: 1_000, probeTimeoutMs: 500 };
/** Looks often, but takes nothing for silence. */
const calm = { checkEveryMs: 20, quietMs: HOUR_MS, unansweredMs: HOUR_MS };

const told = (profileId: string) => world.factsOf('profile-status', profileId);
const healths = (profileId: string) => told(profileId).map(({ health, healthReason }) => healthReason ?? health);
const untilTold = (profileId: string, what: string, expected: Partial<ReturnType<typeof told>[number]>) =>
  waitFor(
    () =>
      told(profileId).some((fact) =>
        Object.entries(expected).every(([name, value]) => fact[name as keyof typeof fact] === value),
      ),
    { what },
  );

test('a link that takes a passkey settles with its reason instead of showing codes for ever', async () => {
  await world.startWorker();
  const phone = await world.control.createPhone({ name: 'Budi' });
  await world.control.requirePasskey(phone.phone);
  const profileId = await world.createProfile();
  const qr = await waitFor(async () => (await world.status(profileId)).qr ?? undefined, { what: 'a QR code' });
  await expect(world.control.scan(phone.phone, qr)).rejects.toMatchObject({ code: 'passkey_required' });
  await world.untilStatus(profileId, 'DISCONNECTED', 'passkey_required');
  expect(told(profileId).at(-1)).toMatchObject({ settled: true, qr: null });
  await world.control.requirePasskey(phone.phone, false);
  await world.want(profileId, 'CONNECTED');
  const next = await waitFor(async () => (await world.status(profileId)).qr ?? undefined, { what: 'another QR code' });
  await world.control.scan(phone.phone, next);
  await world.untilStatus(profileId, 'CONNECTED');
});

test('a half-open connection is found out, broken and opened again, and its health says so', async () => {
  await world.startWorker({ watchdog: eager });
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  await world.control.halfOpenSockets(phone.phone);
  await world.control.send(friend.phone, { to: phone.phone, text: 'masih ada?' });
  await untilTold(profileId, 'DEGRADED', { health: 'DEGRADED', healthReason: 'unresponsive' });
  await untilReceived(world, profileId, 1);
  await waitFor(() => healths(profileId).at(-1) === 'OK', { what: 'health OK' });
  expect(told(profileId).map(({ reason }) => reason)).toContain('unresponsive');
  const live = await world.bus.ask('session', profileId, {});
  expect(live).toMatchObject({ recycles: 1, status: 'CONNECTED' });
  expect((await world.control.sockets(phone.phone))[0]).toMatchObject({ open: 1, doubled: 0 });
});

test('a quiet connection that answers is left alone', async () => {
  await world.startWorker({ watchdog: { ...eager, probeTimeoutMs: HOUR_MS } });
  const { profileId, phone } = await world.link();
  const before = await world.bus.ask('session', profileId, {});
  const pings = async () =>
    (await world.control.trace({ phone: phone.phone })).filter(({ text }) => text.includes('w:p')).length;
  await waitFor(async () => (await pings()) >= 3, { what: 'some answered questions' });
  const { recycles, reconnects } = before;
  expect(await world.bus.ask('session', profileId, {})).toMatchObject({ recycles, reconnects, status: 'CONNECTED' });
  expect(new Set(healths(profileId))).toEqual(new Set(['OK']));
});

test('a connection that acks sends and brings nothing is recycled', async () => {
  await world.startWorker({ watchdog: { ...calm, unansweredSends: 3, unansweredMs: 100 } });
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  for (const tag of ['message', 'receipt', 'notification']) {
    await world.control.addFault({ direction: 'out', match: { tag, phone: phone.phone }, action: { do: 'drop' } });
  }
  for (const text of ['satu', 'dua', 'tiga']) await world.accept(profileId, chatWith(friend), text);
  await untilTold(profileId, 'DEGRADED', { health: 'DEGRADED', healthReason: 'receipts_missing' });
  await world.control.clearFaults();
  await waitFor(() => healths(profileId).at(-1) === 'OK', { what: 'health OK' });
  await waitFor(() => world.factsOf('message-status', profileId).some(({ status }) => status === 'DELIVERED'), {
    what: 'the receipts that had been swallowed',
  });
});

test('a first contact on a half-open connection waits for the watchdog, not for the query', async () => {
  await world.startWorker({ watchdog: eager });
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  await world.control.addFault({
    direction: 'in',
    match: { tag: 'iq', attrs: { xmlns: 'usync' }, phone: phone.phone },
    action: { do: 'half-open' },
    times: 1,
  });
  await world.accept(profileId, chatWith(friend), 'salam kenal');
  const { copies } = await world.control.waitForMessage(friend.phone, ({ text }) => text === 'salam kenal');
  expect(copies).toBe(1);
});

test('a log-in that nobody answers is given up', async () => {
  await world.startWorker({ watchdog: eager });
  const { profileId, phone } = await world.link();
  await world.control.addFault({
    direction: 'in',
    match: { tag: 'iq', attrs: { xmlns: 'passive' }, phone: phone.phone },
    action: { do: 'half-open' },
    times: 1,
  });
  const before = told(profileId).length;
  await world.control.resetSockets(phone.phone);
  await waitFor(
    () =>
      told(profileId)
        .slice(before)
        .some(({ reason }) => reason === 'unresponsive'),
    { what: 'the end' },
  );
  await waitFor(() => told(profileId).at(-1)?.status === 'CONNECTED', { what: 'the next connection' });
});

test('a restriction is told with its end, and told over when it is lifted', async () => {
  await world.startWorker({ watchdog: calm });
  const { profileId, phone } = await world.link();
  await world.control.restrict(phone.phone, { forMs: HOUR_MS, enforcementType: 'BIZ_QUALITY' });
  await untilTold(profileId, 'RESTRICTED', { health: 'RESTRICTED', healthReason: 'reachout_timelock' });
  const { restriction } = told(profileId).at(-1) ?? {};
  expect(restriction).toMatchObject({ kind: 'reachout_timelock', enforcementType: 'BIZ_QUALITY' });
  expect(Date.parse(restriction?.until ?? '')).toBeGreaterThan(Date.now() + HOUR_MS / 2);
  const friend = await world.control.createPhone({ name: 'Sari' });
  const { messageId } = await world.accept(profileId, chatWith(friend), 'siapa ini');
  await waitFor(async () => (await world.messageStatus(messageId)) === 'FAILED', { what: 'FAILED' });
  expect(world.factsOf('message-status', profileId).at(-1)?.failure?.code).toBe('restricted');
  await world.control.liftRestriction(phone.phone);
  await waitFor(() => healths(profileId).at(-1) === 'OK', { what: 'health OK' });
});

test('a restriction is read at log-in, outlives a hand-over, and ends by the clock', async () => {
  const first = await world.startWorker({ watchdog: calm });
  const { profileId, phone } = await world.link();
  await first.stop();
  await world.control.restrict(phone.phone, { forMs: 4_000 });
  const second = await world.startWorker({ watchdog: calm });
  await untilTold(profileId, 'RESTRICTED', { health: 'RESTRICTED' });
  const before = told(profileId).length;
  await second.stop();
  await world.startWorker({ watchdog: calm });
  await waitFor(() => told(profileId).at(-1)?.status === 'CONNECTED', { what: 'the next owner' });
  expect(healths(profileId).slice(before)[0]).toBe('reachout_timelock');
  await waitFor(() => healths(profileId).at(-1) === 'OK', { what: 'health OK' });
  expect((await world.control.phone(phone.phone)).restriction).toBeUndefined();
});

test('a cap of new chats is told with its end and quota, holds back who never wrote, and is told over', async () => {
  await world.startWorker({ watchdog: calm });
  const { profileId, phone } = await world.link();
  await world.control.capNewChats(phone.phone, { total: 30, used: 29, forMs: HOUR_MS });
  await world.control.capNewChats(phone.phone, { total: 30, used: 30, forMs: HOUR_MS });
  await untilTold(profileId, 'RESTRICTED', { health: 'RESTRICTED', healthReason: 'new_chat_cap' });
  const { restriction } = told(profileId).at(-1) ?? {};
  expect(restriction).toMatchObject({ kind: 'new_chat_cap', quota: { used: 30, total: 30 } });
  expect(Date.parse(restriction?.until ?? '')).toBeGreaterThan(Date.now() + HOUR_MS / 2);
  const friend = await world.control.createPhone({ name: 'Sari' });
  const { messageId } = await world.accept(profileId, chatWith(friend), 'siapa ini');
  await waitFor(async () => (await world.messageStatus(messageId)) === 'FAILED', { what: 'FAILED' });
  await world.control.liftNewChatCap(phone.phone);
  await waitFor(() => healths(profileId).at(-1) === 'OK', { what: 'health OK' });
});

test('a cap of new chats is read at log-in, and does not end with a restriction beside it', async () => {
  const first = await world.startWorker({ watchdog: calm });
  const { profileId, phone } = await world.link();
  await first.stop();
  await world.control.capNewChats(phone.phone, { total: 1, used: 1, forMs: HOUR_MS });
  await world.control.restrict(phone.phone, { forMs: 2 * HOUR_MS });
  await world.startWorker({ watchdog: calm });
  await untilTold(profileId, 'both', { health: 'RESTRICTED', healthReason: 'reachout_timelock' });
  await world.control.liftRestriction(phone.phone);
  await waitFor(() => healths(profileId).at(-1) === 'new_chat_cap', { what: 'the cap alone' });
  await world.control.liftNewChatCap(phone.phone);
  await waitFor(() => healths(profileId).at(-1) === 'OK', { what: 'health OK' });
});

test('the owner answers how its session is doing', async () => {
  const worker = await world.startWorker();
  const { profileId } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const { messageId } = await world.accept(profileId, chatWith(friend), 'halo');
  await waitFor(async () => (await world.messageStatus(messageId)) === 'DELIVERED', { what: 'DELIVERED' }).catch(
    () => undefined,
  );
  const live = await world.bus.ask('session', profileId, {});
  expect(live).toMatchObject({ status: 'CONNECTED', generation: 1, reconnects: 1, recycles: 0, commandsInHand: 0 });
  expect(live.memoryKb).toBeGreaterThanOrEqual(0);
  for (const time of [live.openSince, live.lastInboundAt, live.lastOutboundAt]) {
    expect(Date.parse(time ?? '')).toBeGreaterThanOrEqual(Date.parse(live.ownedSince));
  }
  await worker.stop();
  await expect(world.bus.ask('session', profileId, {})).rejects.toMatchObject({ code: 'profile_not_connected' });
});

test('connections that all break at once come back, each once', async () => {
  await world.startWorker();
  const linked = [];
  for (let index = 0; index < 5; index += 1) linked.push(await world.link(`Nomor ${index}`));
  expect(await world.control.resetSockets()).toBe(linked.length);
  for (const { profileId, phone } of linked) {
    await waitFor(async () => (await world.bus.ask('session', profileId, {})).status === 'CONNECTED', {
      what: 'CONNECTED',
    });
    expect((await world.control.sockets(phone.phone))[0]).toMatchObject({ doubled: 0, maxOpen: 1 });
  }
});

test('a message that comes live stays behind those of its sender that waited', async () => {
  await world.startWorker();
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  await world.want(profileId, 'DISCONNECTED');
  await world.untilStatus(profileId, 'DISCONNECTED');
  const waiting = Array.from({ length: 60 }, (_, index) => `menunggu ${index}`);
  for (const text of waiting) await world.control.send(friend.phone, { to: phone.phone, text });
  await world.want(profileId, 'CONNECTED');
  await untilReceived(world, profileId, 1);
  const live = Array.from({ length: 5 }, (_, index) => `langsung ${index}`);
  for (const text of live) await world.control.send(friend.phone, { to: phone.phone, text });
  const facts = await untilReceived(world, profileId, waiting.length + live.length);
  expect(facts.map(({ content }) => content.type === 'TEXT' && content.text)).toEqual([...waiting, ...live]);
});

test('the log tells one story of a profile: each line names it and its generation once', async () => {
  const lines: string[] = [];
  const logger = createLogger('engine', 'debug', { write: (line) => void lines.push(line) });
  const first = await world.startWorker({ logger });
  const { profileId, phone } = await world.link();
  await world.control.resetSockets(phone.phone);
  await waitFor(() => told(profileId).filter(({ status }) => status === 'CONNECTED').length === 2, {
    what: 'the second',
  });
  await first.stop();
  const story = lines.filter((line) => line.includes(profileId));
  const count = (line: string, name: string) => line.split(`"${name}":`).length - 1;
  expect(story.filter((line) => count(line, 'generation') > 1 || count(line, 'profileId') > 1)).toEqual([]);
  const states = story.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ status }) => status);
  expect(states.map(({ status, reason }) => [status, reason])).toEqual([
    ['CONNECTING', null],
    ['QR_READY', null],
    ['CONNECTING', 'restart_required'],
    ['CONNECTED', null],
    ['CONNECTING', 'connection_lost'],
    ['CONNECTED', null],
    ['CONNECTING', 'worker_lost'],
  ]);
  expect(states.every(({ generation }) => generation === 1)).toBe(true);
});
