import type { CallFact } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { expect, test } from 'vitest';
import { type AnyFact, applyFacts } from '../src/facts/apply-facts.js';
import { eventsOf, makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { second } from './support/facts.js';

const database = useTestDatabase();
const phone = '628222222222';
const chat = `${phone}@s.whatsapp.net`;

function call(owner: TestProfile, at: number, change: Partial<CallFact>): AnyFact {
  const payload: CallFact = {
    ...owner,
    at: second(at),
    waCallId: 'CALL1',
    fromJid: chat,
    chat,
    caller: { phone, lid: null },
    video: false,
    isGroup: false,
    status: 'RINGING',
    startedAt: second(0),
    rejectedBy: null,
    ...change,
  };
  return { kind: 'call', payload };
}

test('a call is kept and announced once, with its end, however often and in whatever order it is told', async () => {
  const { db } = database;
  for (const order of [
    [0, 1, 0, 1],
    [1, 0, 1],
  ]) {
    const owner = await makeProfile(db);
    const facts = [call(owner, 0, {}), call(owner, 5, { status: 'MISSED' })];
    for (const index of order) await applyFacts(db, facts.slice(index, index + 1));
    const rows = await db.prisma.call.findMany({ where: { profileId: owner.profileId } });
    expect(rows).toMatchObject([
      { waCallId: 'CALL1', status: 'MISSED', endedAt: new Date(second(5)), callerPhone: phone },
    ]);
    const types = (await eventsOf(db, owner)).map(({ type }) => type).filter((type) => type.startsWith('call.'));
    expect(types).toEqual(order[0] === 0 ? ['call.received', 'call.ended'] : ['call.ended']);
  }
});

test('a call that the settings reject is answered with their message, once', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const settings = { calls: { autoReject: true, message: 'Please write to us.' } };
  await db.prisma.profile.update({ where: { id: owner.profileId }, data: { settings } });
  const rejected = call(owner, 1, { status: 'REJECTED', rejectedBy: 'SETTING' });
  await applyFacts(db, [call(owner, 0, {}), rejected]);
  await applyFacts(db, [rejected]);
  await applyFacts(db, [call(owner, 9, { waCallId: 'CALL2', status: 'REJECTED', rejectedBy: 'API' })]);
  expect(await db.prisma.message.findMany({ where: { profileId: owner.profileId } })).toMatchObject([
    { chat, status: 'QUEUED', origin: 'AUTOMATION', content: { type: 'TEXT', text: 'Please write to us.' } },
  ]);
});

test('what somebody shows is announced once, with both halves of their identity', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const lid = '77000000000001';
  await db.prisma.contact.create({ data: { id: newId(), profileId: owner.profileId, phone, lid } });
  const seen = { eventId: newId(), chat, who: { phone, lid: null }, state: 'typing' as const, lastSeenAt: null };
  const fact: AnyFact = { kind: 'presence', payload: { ...owner, at: second(0), ...seen } };
  await applyFacts(db, [fact]);
  await applyFacts(db, [fact]);
  expect(await eventsOf(db, owner)).toMatchObject([
    { type: 'presence.updated', data: { chat, who: { phone, lid }, state: 'typing' } },
  ]);
});
