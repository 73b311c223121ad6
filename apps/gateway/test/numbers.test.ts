import { CodedError, type Identity } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

const PER_DAY = 5;
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ lookupsPerDay: PER_DAY });
});
afterAll(() => gateway.stop());

/** A profile whose session knows these numbers; what it is asked is noted. */
async function profileKnowing(people: Record<string, string>) {
  const profileId = await gateway.newProfile();
  const asked: string[][] = [];
  const answer = gateway.bus.answer('numbers', profileId, async ({ phones }) => {
    asked.push(phones);
    const numbers: Identity[] = phones.map((phone) => ({
      phone: people[phone] === undefined ? null : phone,
      lid: people[phone] ?? null,
    }));
    return { numbers };
  });
  onTestFinished(() => answer.stop());
  const check = (...numbers: string[]) =>
    gateway.call('POST', `/profiles/${profileId}/numbers/check`, { body: { numbers } });
  return { profileId, asked, check };
}

test('numbers are asked once, in one question, and answered from memory after that', async () => {
  const { asked, check } = await profileKnowing({ '6281234567890': '100000000000001' });
  const first = await check('+62 812-3456-7890', '+62 812-3456-7891', '6281234567890');
  expect(first.json).toMatchObject({
    items: [
      {
        input: '+62 812-3456-7890',
        exists: true,
        phone: '6281234567890',
        lid: '100000000000001',
        chat: '6281234567890@s.whatsapp.net',
      },
      { exists: false, phone: null, lid: null, chat: null },
      { input: '6281234567890', exists: true },
    ],
    budget: { left: PER_DAY - 2 },
  });
  const second = await check('6281234567891', '6281234567890');
  expect(second.json).toMatchObject({ items: [{ exists: false }, { exists: true }], budget: { left: PER_DAY - 2 } });
  expect(asked).toEqual([['6281234567890', '6281234567891']]);
});

test('a number is asked by each of its forms until one is there, and is sent to by that one from then on', async () => {
  const { profileId, asked, check } = await profileKnowing({ '5531987654321': '100000000000002' });
  expect((await check('+55 31 98765-4321')).json.items).toMatchObject([{ exists: true, phone: '5531987654321' }]);
  expect(asked).toEqual([['553187654321'], ['5531987654321']]);
  expect((await check('+55 31 8765-4321')).json.items).toMatchObject([{ exists: true, phone: '5531987654321' }]);
  expect(asked).toHaveLength(2);
  const sent = await gateway.call('POST', `/profiles/${profileId}/messages`, {
    body: { type: 'TEXT', to: '+55 31 8765-4321', text: 'Oi' },
  });
  expect(sent.json).toMatchObject({ chat: '5531987654321@s.whatsapp.net' });
});

test('when the day’s budget is used up nothing more is asked, and what is known is still answered', async () => {
  const { asked, check } = await profileKnowing({});
  const five = Array.from({ length: PER_DAY }, (_, nth) => `628123456000${nth}`);
  expect((await check(...five)).status).toBe(200);
  const refused = await check('6281234560009', ...five);
  expect(refused).toMatchObject({ status: 429, json: { code: 'lookup_budget_used' } });
  expect(asked).toHaveLength(1);
  expect((await check(...five)).json).toMatchObject({ budget: { left: 0 } });
});

test('requests at the same time share one budget', async () => {
  const { asked, check } = await profileKnowing({});
  const answers = await Promise.all(
    Array.from({ length: 2 * PER_DAY }, (_, nth) => check(`62812345610${String(nth).padStart(2, '0')}`)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(PER_DAY);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(PER_DAY);
  expect(asked).toHaveLength(PER_DAY);
});

test('what nobody answered costs nothing', async () => {
  const profileId = await gateway.newProfile();
  const body = { numbers: ['6281234567890'] };
  for (let nth = 0; nth < 2 * PER_DAY; nth += 1) {
    expect(await gateway.call('POST', `/profiles/${profileId}/numbers/check`, { body })).toMatchObject({
      status: 409,
      json: { code: 'profile_not_connected' },
    });
  }
});

test('what cannot be a number is named, and nothing is asked', async () => {
  const { asked, check } = await profileKnowing({});
  expect(await check('6281234567890', '+1 123 456 7890', '100000000000001@lid')).toMatchObject({
    status: 422,
    json: { errors: [{ pointer: '#/numbers/1' }, { pointer: '#/numbers/2' }] },
  });
  expect(asked).toEqual([]);
});

test('what WhatsApp tells of a contact is asked once, and a refusal is passed on', async () => {
  const profileId = await gateway.newProfile();
  const id = newId();
  const lid = '100000000000003';
  await gateway.database.prisma.contact.create({ data: { id, profileId, lid } });
  const asked: string[] = [];
  const about = gateway.bus.answer('about', profileId, async ({ chat }) => {
    asked.push(chat);
    return { text: 'At work', setAt: null, hidden: false };
  });
  const picture = gateway.bus.answer('picture', profileId, async () => {
    throw new CodedError('whatsapp_rate_limited');
  });
  onTestFinished(() => {
    for (const answer of [about, picture]) answer.stop();
  });
  const path = `/profiles/${profileId}/contacts/${id}`;
  for (let nth = 0; nth < 3; nth += 1) {
    expect((await gateway.call('GET', `${path}/about`)).json).toMatchObject({ text: 'At work', hidden: false });
  }
  expect(asked).toEqual([`${lid}@lid`]);
  expect(await gateway.call('GET', `${path}/picture`)).toMatchObject({
    status: 429,
    json: { code: 'whatsapp_rate_limited' },
  });
});

test('a contact and a conversation that went into another one answer under their old ids', async () => {
  const profileId = await gateway.newProfile();
  const { prisma } = gateway.database;
  const [contactId, conversationId, oldContact, oldConversation] = [newId(), newId(), newId(), newId()];
  await prisma.contact.create({ data: { id: contactId, profileId, phone: '6281234567890', lid: '100000000000004' } });
  await prisma.conversation.create({ data: { id: conversationId, profileId, chat: '6281234567890@s.whatsapp.net' } });
  await prisma.mergedRow.createMany({
    data: [
      { id: oldContact, profileId, intoId: contactId, was: {} },
      { id: oldConversation, profileId, intoId: conversationId, was: {} },
    ],
  });
  const path = `/profiles/${profileId}`;
  expect((await gateway.call('GET', `${path}/contacts/${oldContact}`)).json).toMatchObject({ id: contactId });
  const tagged = await gateway.call('PATCH', `${path}/contacts/${oldContact}`, { body: { tags: ['vip'] } });
  expect(tagged.json).toMatchObject({ id: contactId, tags: ['vip'] });
  expect((await gateway.call('GET', `${path}/conversations/${oldConversation}`)).json).toMatchObject({
    id: conversationId,
  });
  const other = await gateway.newProfile();
  expect((await gateway.call('GET', `/profiles/${other}/contacts/${oldContact}`)).status).toBe(404);
});
