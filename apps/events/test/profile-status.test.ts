import { expect, test } from 'vitest';
import { applyFacts } from '../src/facts/apply-facts.js';
import { eventsOf, makeProfile, useTestDatabase } from './support/database.js';
import { second, session } from './support/facts.js';

const database = useTestDatabase();

const readProfile = (id: string) => database.db.prisma.profile.findUniqueOrThrow({ where: { id } });

test('only what is newer by generation and step is applied, and only a change is announced', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const self = { phone: '628999999999', lid: '77000000000009' };
  const { profileIds } = await applyFacts(db, [
    session(owner, 2, { status: 'CONNECTED', self }),
    session(owner, 1),
    session(owner, 2, { status: 'DISCONNECTED' }),
    session(owner, 3, { status: 'CONNECTED', self }),
  ]);
  expect(profileIds).toEqual([owner.profileId]);
  await applyFacts(db, [
    session(owner, 1, { generation: 2, status: 'CONNECTING' }),
    session(owner, 9, { status: 'DISCONNECTED' }),
  ]);
  expect(await readProfile(owner.profileId)).toMatchObject({
    status: 'CONNECTING',
    statusGeneration: 2,
    statusStep: 1,
    ...self,
    connectedAt: null,
    lastSeenAt: new Date(second(1)),
  });
  const events = await eventsOf(db, owner);
  expect(events.map(({ type, data }) => [type, data])).toMatchObject([
    ['profile.status', { status: 'CONNECTED', self }],
    ['profile.status', { status: 'CONNECTING' }],
  ]);
});

test('a QR code is kept and announced as it rotates, and goes when it is over', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const qr = (text: string) => ({ status: 'QR_READY' as const, qr: { text, expiresAt: second(60) } });
  await applyFacts(db, [session(owner, 1, qr('one')), session(owner, 2, qr('two'))]);
  expect(await readProfile(owner.profileId)).toMatchObject({ qr: 'two', qrExpiresAt: new Date(second(60)) });
  await applyFacts(db, [session(owner, 3)]);
  expect(await readProfile(owner.profileId)).toMatchObject({ qr: null, qrExpiresAt: null });
  const types = (await eventsOf(db, owner)).map(({ type }) => type);
  expect(types).toEqual(['profile.status', 'profile.qr', 'profile.qr', 'profile.status']);
});

test('a cap of new chats is announced beside the restriction that was released as the only one', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const timelock = { kind: 'reachout_timelock' as const, until: null, enforcementType: null };
  const cap = { kind: 'new_chat_cap' as const, until: second(60), quota: { used: 30, total: 30 } };
  const restricted = { status: 'CONNECTED' as const, health: 'RESTRICTED' as const };
  await applyFacts(db, [
    session(owner, 1, { ...restricted, healthReason: 'reachout_timelock', restriction: timelock }),
    session(owner, 2, { ...restricted, healthReason: 'new_chat_cap', restriction: cap }),
    session(owner, 3, { status: 'CONNECTED' }),
  ]);
  const told = (await eventsOf(db, owner)).filter(({ type }) => type === 'profile.health');
  expect(told.map(({ data }) => data)).toMatchObject([
    { reason: 'reachout_timelock', restriction: timelock, newChatCap: null },
    { health: 'RESTRICTED', reason: 'new_chat_cap', restriction: null, newChatCap: cap },
    { health: 'OK', reason: null, restriction: null, newChatCap: null },
  ]);
});

test('a session that settled is wanted no longer', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [session(owner, 1, { status: 'DISCONNECTED', reason: 'qr_expired', settled: true })]);
  expect(await readProfile(owner.profileId)).toMatchObject({
    desiredState: 'DISCONNECTED',
    statusReason: 'qr_expired',
  });
});

test('a customer who asked again after the engine gave up keeps the wish', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await db.prisma.profile.update({
    where: { id: owner.profileId },
    data: { desiredState: 'CONNECTED', updatedAt: new Date(second(5)) },
  });
  await applyFacts(db, [session(owner, 1, { status: 'DISCONNECTED', reason: 'qr_expired', settled: true })]);
  expect(await readProfile(owner.profileId)).toMatchObject({ desiredState: 'CONNECTED', status: 'DISCONNECTED' });
});

test('a wish to connect outlives the end of the session that was requested before it', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [session(owner, 9, { status: 'DISCONNECTED', reason: 'requested', settled: true })]);
  expect(await readProfile(owner.profileId)).toMatchObject({ desiredState: 'CONNECTED' });
});
