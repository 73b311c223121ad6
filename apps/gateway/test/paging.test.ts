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

/** Walks a list to its end; `between` runs after each page. */
async function walk(path: string, between: () => Promise<unknown> = async () => undefined): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = '';
  do {
    const more: string = cursor ? `&cursor=${cursor}` : '';
    const { status, json } = await gateway.call('GET', `${path}${path.includes('?') ? '&' : '?'}limit=7${more}`);
    expect(status).toBe(200);
    ids.push(...(json.items ?? []).map(({ id }) => String(id)));
    cursor = json.nextCursor as string | null;
    await between();
  } while (cursor);
  return ids;
}

test('pages of messages are complete, newest first, and not disturbed by what is accepted meanwhile', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => gateway.send(profileId, `n${n}`)));
  const newestFirst = answers.map(({ json }) => String(json.id)).reverse();
  const ids = await walk(`/profiles/${profileId}/messages`, () => gateway.send(profileId, 'meanwhile'));
  expect(ids).toEqual(newestFirst);
});

test('a page that ends exactly at the end says so', async () => {
  const id = await gateway.newProfile();
  await gateway.send(id, 'one');
  const { json } = await gateway.call('GET', `/profiles/${id}/messages?limit=1`);
  expect(json).toMatchObject({ items: [{ content: { text: 'one' } }], nextCursor: null });
});

test('filters narrow the list of messages and go on over its pages', async () => {
  const id = await gateway.newProfile();
  for (let n = 0; n < 20; n += 1) {
    const to = n % 2 === 0 ? '6281234567890' : '6289876543210';
    await gateway.send(id, '', { body: { type: 'TEXT', to, text: `n${n}` } });
  }
  expect(await walk(`/profiles/${id}/messages?to=${encodeURIComponent('+62 812 3456 7890')}`)).toHaveLength(10);
  expect(await walk(`/profiles/${id}/messages?fromMe=true&status=QUEUED`)).toHaveLength(20);
  expect(await walk(`/profiles/${id}/messages?fromMe=false`)).toHaveLength(0);
});

test('rows of the same millisecond are neither lost nor repeated', async () => {
  const createdAt = new Date();
  const data = Array.from({ length: 30 }, (_, n) => ({
    id: newId(),
    profileId,
    phone: `62811000${1000 + n}`,
    createdAt,
  }));
  await gateway.database.prisma.contact.createMany({ data });
  const ids = await walk(`/profiles/${profileId}/contacts`);
  expect(ids).toEqual(
    data
      .map(({ id }) => id)
      .sort()
      .reverse(),
  );
});

test('conversations come by their newest message, those without one last, complete over pages', async () => {
  const base = Date.now();
  const data = Array.from({ length: 25 }, (_, n) => ({
    id: newId(),
    profileId,
    chat: `62811000${1000 + n}@s.whatsapp.net`,
    lastMessageAt: n < 10 ? new Date(base - (n >> 1) * 1_000) : null,
  }));
  await gateway.database.prisma.conversation.createMany({ data });
  const byTime = (a: { lastMessageAt: Date | null; id: string }, b: typeof a) =>
    (b.lastMessageAt?.getTime() ?? 0) - (a.lastMessageAt?.getTime() ?? 0) || (a.id < b.id ? 1 : -1);
  const expected = [...data].sort(byTime).map(({ id }) => id);
  expect(await walk(`/profiles/${profileId}/conversations`)).toEqual(expected);
});

test('a conversation lists its own messages', async () => {
  const id = await gateway.newProfile();
  const sent = await gateway.send(id, 'here');
  await gateway.send(id, '', { body: { type: 'TEXT', to: '6289876543210', text: 'elsewhere' } });
  const chat = String(sent.json.chat);
  const conversation = await gateway.database.prisma.conversation.create({
    data: { id: newId(), profileId: id, chat },
  });
  expect(await walk(`/profiles/${id}/conversations/${conversation.id}/messages`)).toEqual([sent.json.id]);
  const one = await gateway.call('GET', `/profiles/${id}/conversations/${conversation.id}`);
  expect(one).toMatchObject({ status: 200, json: { id: conversation.id, chat, unreadCount: 0 } });
});

test.each(['/profiles', '/accounts', '/api-keys'])('%s pages completely', async (path) => {
  for (let n = 0; n < 9; n += 1) {
    await gateway.call('POST', '/accounts', { body: { name: `a${n}` } });
    await gateway.newProfile();
    await gateway.newKey(gateway.tenant);
  }
  const all = (await gateway.call('GET', `${path}?limit=100`)).json;
  expect(all.nextCursor).toBeNull();
  expect(await walk(path)).toEqual(all.items?.map(({ id }) => id));
});
