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
