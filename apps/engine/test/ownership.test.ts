import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bus } from '@multiwa/bus';
import { newId } from '@multiwa/domain';
import { waitFor } from '@multiwa/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chatWith, startWorld, untilDelivered, untilReceived, type World } from './support/world.js';

const undoLogout = fileURLToPath(new URL('../dist/undo-logout.js', import.meta.url));
let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

/** The most sockets that the profile's device ever had at the same time. */
async function mostSockets(phone: string): Promise<number> {
  const counts = await world.control.sockets(phone);
  return Math.max(0, ...counts.map(({ maxOpen }) => maxOpen));
}

test('a restart keeps the link: no new QR code', async () => {
  const first = await world.startWorker();
  const { profileId, phone } = await world.link();
  const before = world.factsOf('profile-status', profileId).length;
  await first.stop();
  await world.startWorker();
  const news = () => world.factsOf('profile-status', profileId).slice(before);
  await waitFor(() => news().some(({ status }) => status === 'CONNECTED'), { what: 'the connection' });
  expect(news().map(({ status }) => status)).toEqual(['CONNECTING', 'CONNECTING', 'CONNECTED']);
  expect(news().at(-1)).toMatchObject({ generation: 2, self: { phone: phone.phone, lid: phone.lid } });
});

test('a drained worker hands its sessions over without losing, doubling or reordering anything', async () => {
  const first = await world.startWorker();
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const second = await world.startWorker();
  const texts = Array.from({ length: 40 }, (_, index) => `nomor ${index}`);
  const accepting = (async () => {
    for (const text of texts) await world.accept(profileId, chatWith(friend), text);
  })();
  await world.control.waitForMessage(friend.phone, ({ text }) => text === 'nomor 3');
  await first.stop();
  await accepting;
  await world.control.waitForMessage(friend.phone, ({ text }) => text === texts.at(-1));
  const { messages } = await world.control.messages(friend.phone, { limit: 200 });
  expect(messages.map(({ text, copies }) => [text, copies])).toEqual(texts.map((text) => [text, 1]));
  expect(second.worker.ownedIds).toEqual([profileId]);
  expect(await mostSockets(phone.phone)).toBe(1);
});

test('a fenced worker stores nothing, confirms nothing and says nothing', async () => {
  const worker = await world.startWorker();
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const known = await world.control.send(friend.phone, { to: phone.phone, text: 'sebelum' });
  await untilDelivered(world, friend, known.id);
  const fencedAt = await claimByStranger(world, profileId);
  const { id } = await world.control.send(friend.phone, { to: phone.phone, text: 'sesudah' });
  await waitFor(() => !worker.worker.ownedIds.includes(profileId), { what: 'the worker to give up' });
  await waitFor(async () => (await world.control.sockets(phone.phone)).every(({ open }) => open === 0), {
    what: 'the socket to be closed',
  });
  const { prisma } = world.database;
  expect(await prisma.signalKey.count({ where: { profileId, updatedAt: { gt: fencedAt } } })).toBe(0);
  expect(await prisma.sessionCredential.count({ where: { profileId, updatedAt: { gt: fencedAt } } })).toBe(0);
  expect(await prisma.inboundJournal.count({ where: { profileId, createdAt: { gt: fencedAt } } })).toBe(0);
  expect((await world.control.sentMessage(friend.phone, id)).status).toBe('sent');
  expect(world.factsOf('message-received', profileId).map(({ waMessageId }) => waMessageId)).toEqual([known.id]);
  expect((await world.control.companions(phone.phone)).length).toBe(1);

  await prisma.sessionLease.update({ where: { profileId }, data: { workerId: null, expiresAt: null } });
  const facts = await untilReceived(world, profileId, 2);
  expect(facts.map(({ waMessageId }) => waMessageId)).toEqual([known.id, id]);
});

test('a message leaves only once the state that encrypted it is stored', async () => {
  await world.startWorker();
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const first = await world.accept(profileId, chatWith(friend), 'pertama');
  await waitFor(async () => (await world.messageStatus(first.messageId)) !== 'QUEUED', { what: 'SENT' });
  const stanzas = async () =>
    (await world.control.trace({ phone: phone.phone })).filter(
      ({ direction, text }) => direction === 'in' && text.startsWith('<message'),
    ).length;
  const before = await stanzas();

  await world.database.transaction(async (tx) => {
    await tx.query('SELECT 1 FROM "SessionLease" WHERE "profileId" = $1 FOR UPDATE', [profileId]);
    await world.accept(profileId, chatWith(friend), 'kedua');
    await waitFor(
      async () => {
        const blocked = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%"SignalKey"%'`;
        return (await world.database.pool.query(blocked)).rows.length > 0;
      },
      { what: 'the engine to wait for the database' },
    );
    expect(await stanzas()).toBe(before);
  });
  await world.control.waitForMessage(friend.phone, ({ text }) => text === 'kedua');
});

test('a command that comes again after the message has left is not carried out again', async () => {
  let redeliveries = 0;
  await world.startWorker({
    // Acks get lost once: the bus delivers everything a second time.
    wrapBus: (bus) =>
      replacing(bus, {
        consumeProfileCommands: (options) =>
          bus.consumeProfileCommands({
            ...options,
            async handler(message) {
              const result = await options.handler(message);
              if (message.redelivered) {
                redeliveries += 1;
                return result;
              }
              await waitFor(async () => (await world.messageStatus(message.payload.messageId)) !== 'QUEUED', {
                what: 'the status in the database',
              });
              return { retryInMs: 1 };
            },
          }),
      }),
  });
  const { profileId } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const texts = ['satu', 'dua', 'tiga'];
  for (const text of texts) await world.accept(profileId, chatWith(friend), text);
  await waitFor(() => redeliveries === texts.length, { what: 'every command to come twice' });
  const { messages } = await world.control.messages(friend.phone);
  expect(messages.map(({ text, copies }) => [text, copies])).toEqual(texts.map((text) => [text, 1]));
});

test('a broken connection is opened again, and what was being sent follows in order', async () => {
  await world.startWorker();
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const texts = Array.from({ length: 30 }, (_, index) => `nomor ${index}`);
  for (const text of texts) await world.accept(profileId, chatWith(friend), text);
  await world.control.waitForMessage(friend.phone, ({ text }) => text === 'nomor 5');
  await world.control.resetSockets(phone.phone);
  await world.control.waitForMessage(friend.phone, ({ text }) => text === texts.at(-1));
  const { messages } = await world.control.messages(friend.phone, { limit: 200 });
  expect(messages.map(({ text }) => text)).toEqual(texts);
});

test('logging out unlinks at WhatsApp and forgets the credentials', async () => {
  await world.startWorker();
  const { profileId, phone } = await world.link();
  await world.want(profileId, 'LOGGED_OUT');
  await world.untilStatus(profileId, 'DISCONNECTED', 'logged_out');
  expect(await world.control.companions(phone.phone)).toEqual([]);
  const credential = await world.database.prisma.sessionCredential.findUniqueOrThrow({ where: { profileId } });
  expect(credential.deletedAt).not.toBeNull();
});

test('a number unlinked on its phone is settled, and can be linked anew', async () => {
  await world.startWorker();
  const { profileId, phone } = await world.link();
  const [companion] = await world.control.companions(phone.phone);
  await world.control.removeCompanion(phone.phone, companion?.device ?? 0);
  await world.untilStatus(profileId, 'DISCONNECTED', 'logged_out');
  await world.want(profileId, 'CONNECTED');
  await world.untilStatus(profileId, 'QR_READY');
});

test('what is not logged out keeps its credentials: a replaced or refused connection comes back', async () => {
  await world.startWorker();
  const { profileId, phone } = await world.link();
  for (const code of [440, 503]) {
    await world.control.addFault({
      direction: 'in',
      match: { tag: 'message', phone: phone.phone },
      action: { do: 'close', how: 'stream-error', code, when: 'before' },
      times: 1,
    });
    const friend = await world.control.createPhone({ name: 'Sari' });
    await world.accept(profileId, chatWith(friend), `melewati ${code}`);
    const { copies } = await world.control.waitForMessage(friend.phone, ({ text }) => text === `melewati ${code}`);
    expect(copies).toBe(1);
  }
  expect(world.factsOf('profile-status', profileId).map(({ reason }) => reason)).toEqual(
    expect.arrayContaining(['replaced', 'unavailable']),
  );
});

test('credentials under another key are a state, and are kept', async () => {
  const first = await world.startWorker();
  const { profileId } = await world.link();
  await first.stop();
  const stranger = await world.startWorker({ key: randomBytes(32).toString('base64') });
  await world.untilStatus(profileId, 'DISCONNECTED', 'credentials_unreadable');
  await stranger.stop();
  await world.startWorker();
  await world.untilStatus(profileId, 'CONNECTED');
});

test('a disconnected profile is released and stays linked', async () => {
  const worker = await world.startWorker();
  const { profileId, phone } = await world.link();
  await world.want(profileId, 'DISCONNECTED');
  await world.untilStatus(profileId, 'DISCONNECTED', 'requested');
  await waitFor(() => worker.worker.ownedIds.length === 0, { what: 'the lease to be released' });
  expect(await world.control.companions(phone.phone)).toHaveLength(1);
  await expect(world.bus.ask('pairing-code', profileId, { phone: phone.phone })).rejects.toMatchObject({
    code: 'profile_not_connected',
  });
  expect(await mostSockets(phone.phone)).toBe(1);
});

/** Another worker takes the profile, as a claim does; resolves with the database's time of it. */
function claimByStranger({ database }: World, profileId: string): Promise<Date> {
  return database.transaction(async (tx) => {
    await tx.query('SELECT 1 FROM "SessionLease" WHERE "profileId" = $1 FOR UPDATE', [profileId]);
    const { rows } = await tx.query<{ at: Date }>(
      `UPDATE "SessionLease" SET "workerId" = $2, "generation" = "generation" + 1, "expiresAt" = now() + interval '60 s'
       WHERE "profileId" = $1 RETURNING clock_timestamp()::timestamp AS at`,
      [profileId, newId()],
    );
    return rows[0]?.at ?? new Date(0);
  });
}

/** The bus, with some methods replaced. */
function replacing(bus: Bus, methods: Partial<Bus>): Bus {
  return new Proxy(bus, {
    get(target, name) {
      const value: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('an operator takes back a logout that was none, and no new QR code is needed', async () => {
  await world.startWorker();
  const { profileId, phone } = await world.link();
  await world.control.addFault({
    direction: 'in',
    match: { tag: 'message', phone: phone.phone },
    action: { do: 'close', how: 'stream-error', code: 401, when: 'before' },
    times: 1,
  });
  const friend = await world.control.createPhone({ name: 'Sari' });
  await world.accept(profileId, chatWith(friend), 'halo');
  await world.untilStatus(profileId, 'DISCONNECTED', 'logged_out');
  const undo = promisify(execFile)(process.execPath, [undoLogout, profileId], {
    env: { PATH: process.env.PATH, DATABASE_URL: world.databaseUrl },
  });
  expect((await undo).stdout).toContain('connect the profile');
  const before = world.factsOf('profile-status', profileId).length;
  await world.want(profileId, 'CONNECTED');
  await world.untilStatus(profileId, 'CONNECTED');
  const since = world.factsOf('profile-status', profileId).slice(before);
  expect(since.map(({ status }) => status)).not.toContain('QR_READY');
});

test('what was logged out more than seven days ago is removed for good', async () => {
  await world.startWorker();
  const [old, fresh] = [await world.link('Lama'), await world.link('Baru')];
  for (const { profileId } of [old, fresh]) {
    await world.want(profileId, 'LOGGED_OUT');
    await world.untilStatus(profileId, 'DISCONNECTED', 'logged_out');
  }
  const { sessionCredential, signalKey } = world.database.prisma;
  const eightDaysAgo = new Date(Date.now() - 8 * 24 * 3_600_000);
  await sessionCredential.update({ where: { profileId: old.profileId }, data: { deletedAt: eightDaysAgo } });
  await world.startWorker();
  const count = async (profileId: string) => [
    await sessionCredential.count({ where: { profileId } }),
    Math.min(1, await signalKey.count({ where: { profileId } })),
  ];
  await waitFor(async () => String(await count(old.profileId)) === '0,0', { what: 'the removal' });
  expect(await count(fresh.profileId)).toEqual([1, 1]);
});
