import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const textsOf = (items: Record<string, unknown>[] = []) =>
  items.map(({ content }) => (content as { text: string }).text);

async function found(path: string, words: string, key?: string): Promise<string[]> {
  const { status, json } = await gateway.call('GET', `${path}/messages/search?q=${encodeURIComponent(words)}`, { key });
  expect(status).toBe(200);
  return textsOf(json.items);
}

test('a search finds what holds all its words, newest first, in the profile or in the whole workspace', async () => {
  const tenant = await gateway.newTenant();
  const { key } = tenant;
  const [shop, office] = [await gateway.newProfile(tenant), await gateway.newProfile(tenant)];
  const inShop = `/profiles/${shop}`;
  await gateway.send(shop, 'The parcel arrives on Monday', { key });
  await gateway.send(shop, 'No PARCEL today', { key });
  await gateway.send(office, 'A parcel for the office, on monday', { key });
  const [first, second, third] = [
    'The parcel arrives on Monday',
    'No PARCEL today',
    'A parcel for the office, on monday',
  ];
  expect(await found(inShop, 'parcel', key)).toEqual([second, first]);
  expect(await found(inShop, 'MONDAY parcel', key)).toEqual([first]);
  expect(await found('', 'parcel', key)).toEqual([third, second, first]);
  expect(await found('', '"on monday" -office', key)).toEqual([first]);
  expect(await found('', 'today or office', key)).toEqual([third, second]);
  expect(await found('', 'parc', key)).toEqual([]);
});

test('a search finds nothing of another workspace, whatever it asks for', async () => {
  const theirs = await gateway.newTenant();
  const profileId = await gateway.newProfile(theirs);
  await gateway.send(profileId, 'their secret', { key: theirs.key });
  expect(await found('', 'secret')).toEqual([]);
  expect(await found('', theirs.workspaceId)).toEqual([]);
  expect(await found('', `secret or ${theirs.workspaceId}`)).toEqual([]);
  const { status, json } = await gateway.call('GET', `/profiles/${profileId}/messages/search?q=secret`);
  expect([status, json.code]).toEqual([404, 'profile_not_found']);
});

test('a search without a word finds nothing rather than everything', async () => {
  const tenant = await gateway.newTenant();
  await gateway.send(await gateway.newProfile(tenant), 'something', { key: tenant.key });
  expect(await found('', '!?', tenant.key)).toEqual([]);
});

test('pages of a search are complete and do not overlap', async () => {
  const tenant = await gateway.newTenant();
  const { key } = tenant;
  const profileId = await gateway.newProfile(tenant);
  for (let n = 0; n < 5; n += 1) await gateway.send(profileId, `needle n${n}`, { key });
  const texts: string[] = [];
  let cursor = '';
  do {
    const { json } = await gateway.call('GET', `/messages/search?q=needle&limit=2${cursor}`, { key });
    texts.push(...textsOf(json.items));
    cursor = json.nextCursor === null ? '' : `&cursor=${String(json.nextCursor)}`;
  } while (cursor);
  expect(texts).toEqual(['needle n4', 'needle n3', 'needle n2', 'needle n1', 'needle n0']);
});

test('a text of many different words, as long as WhatsApp allows, is accepted and found by its first ones', async () => {
  const profileId = await gateway.newProfile();
  let text = 'first';
  for (let n = 0; text.length < 65_000; n += 1) text += ` ${String.fromCodePoint(0x4e00 + (n % 20_000))}${n}`;
  expect((await gateway.send(profileId, text)).status).toBe(202);
  expect(await found(`/profiles/${profileId}`, 'first')).toEqual([text]);
});
