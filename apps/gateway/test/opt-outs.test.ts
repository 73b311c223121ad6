import { beginSends } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
let profileId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  profileId = await gateway.newProfile();
});
afterAll(() => gateway.stop());

const optOut = (to: string, reason?: string) => gateway.call('POST', '/opt-outs', { body: { to, reason } });
const sendTo = (to: string, more: object = {}) =>
  gateway.call('POST', `/profiles/${profileId}/messages`, { body: { type: 'TEXT', to, text: 'Hi', ...more } });
const refused = { status: 409, json: { code: 'recipient_opted_out', errors: [{ pointer: '#/to' }] } };

test('who has opted out is sent nothing, by whichever name, until they are taken out again', async () => {
  const entered = await optOut('+62 812-3456-7890', 'Said stop');
  expect(entered).toMatchObject({ status: 201, json: { phone: '6281234567890', lid: null, reason: 'Said stop' } });
  for (const to of ['6281234567890', '6281234567890@s.whatsapp.net']) expect(await sendTo(to)).toMatchObject(refused);
  expect((await sendTo('+62 812-3456-7891')).status).toBe(202);
  expect((await sendTo('6281234567890', { ignoreOptOut: true })).status).toBe(202);
  expect(await gateway.database.prisma.message.count({ where: { chat: '6281234567890@s.whatsapp.net' } })).toBe(1);

  const removed = await gateway.call('DELETE', `/opt-outs/${entered.json.id}?reason=Asked%20for%20news`);
  expect(removed.status).toBe(204);
  expect((await sendTo('6281234567890')).status).toBe(202);
  expect(await gateway.call('DELETE', `/opt-outs/${entered.json.id}`)).toMatchObject({
    status: 404,
    json: { code: 'opt_out_not_found' },
  });
  const { json } = await gateway.call('GET', '/opt-outs/history?to=%2B6281234567890');
  expect(json.items).toMatchObject([
    { action: 'REMOVED', reason: 'Asked for news' },
    { action: 'ADDED', reason: 'Said stop' },
  ]);
});

test('an opt-out counts for every form of a number, and for both halves of a person that any profile knows', async () => {
  await optOut('+55 31 98765-4321');
  expect(await sendTo('5531987654321@s.whatsapp.net')).toMatchObject(refused);
  const { prisma } = gateway.database;
  const other = await gateway.newProfile();
  const person = { phone: '6281234500001', lid: '111222333444555' };
  await prisma.contact.create({ data: { id: newId(), profileId: other, ...person } });
  expect((await optOut('111222333444555@lid')).json).toMatchObject(person);
  expect(await sendTo(person.phone)).toMatchObject(refused);
  expect(await sendTo(`${person.lid}@lid`)).toMatchObject(refused);
});

test('what waits for a person ends FAILED with their opt-out and is announced; what they asked for, what has begun and what others wait for stays', async () => {
  const { prisma, pool } = gateway.database;
  const [to, other] = ['5531982340001', await gateway.newTenant()];
  const accept = async (body: object, key?: string, id = profileId) => {
    const content = { type: 'TEXT', text: 'Waits', ...body };
    const answer = await gateway.call('POST', `/profiles/${id}/messages`, { body: content, ...(key && { key }) });
    expect(answer.status).toBe(202);
    return String(answer.json.id);
  };
  const second = await gateway.newProfile();
  // Of a Brazilian number both forms are one person.
  const waiting = [
    await accept({ to }),
    await accept({ to: `${to}@s.whatsapp.net` }),
    await accept({ to }, undefined, second),
  ];
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const staying = [
    await accept({ to, ignoreOptOut: true }),
    await accept({ to: '5531982340002' }),
    await accept({ to }, other.key, await gateway.newProfile(other)),
    await accept({ to, sendAt: later }),
  ];
  const begun = await accept({ to });
  await beginSends(pool, [{ messageId: begun, acceptedAt: null, to: { phones: [], lid: null } }]);

  expect((await optOut(to)).status).toBe(201);
  const statusOf = async (id: string) => {
    const { status, failureCode } = await prisma.message.findUniqueOrThrow({ where: { id } });
    return [status, failureCode];
  };
  for (const id of waiting) expect(await statusOf(id)).toEqual(['FAILED', 'opted_out']);
  for (const id of [...staying, begun]) expect((await statusOf(id))[1]).toBeNull();
  const events = await prisma.event.findMany({ where: { type: 'message.failed' } });
  const told = events.map(({ profileId, data }) => ({ profileId, ...(data as { messageId: string; code: string }) }));
  expect(told.map(({ messageId, code }) => [messageId, code]).sort()).toEqual(
    waiting.map((id) => [id, 'opted_out']).sort(),
  );
  expect(new Set(told.map((event) => event.profileId))).toEqual(new Set([profileId, second]));
});

test('opting out twice is one entry and one line of history', async () => {
  const [first, second] = [await optOut('+4915112345678', 'Letter'), await optOut('4915112345678', 'Call')];
  expect(second.json).toEqual(first.json);
  const list = await gateway.call('GET', '/opt-outs?to=4915112345678');
  expect(list.json.items).toEqual([first.json]);
  const history = await gateway.call('GET', '/opt-outs/history?to=4915112345678');
  expect(history.json.items).toHaveLength(1);
});

test('a group or what is no number cannot opt out', async () => {
  for (const to of ['120363000000000000@g.us', '+1 123 456 7890']) {
    expect(await optOut(to)).toMatchObject({
      status: 422,
      json: { code: 'recipient_invalid', errors: [{ pointer: '#/to' }] },
    });
  }
  expect(await gateway.call('GET', '/opt-outs?to=nobody')).toMatchObject({ status: 422 });
});
