import { type ChannelInfo, CodedError } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const chat = '120363041234567890@newsletter';
const info: ChannelInfo = {
  chat,
  name: 'News',
  description: null,
  inviteCode: 'abc',
  subscribers: 12,
  verified: false,
  role: 'OWNER',
  muted: false,
  pictureUrl: null,
  createdAt: null,
};
const post = (serverId: number) => ({
  serverId,
  waMessageId: `ID${serverId}`,
  type: 'TEXT',
  text: 'new',
  media: null,
  views: 3,
  reactions: [{ emoji: '❤️', count: 2 }],
  timestamp: '2026-11-30T00:00:00.000Z',
});

/** A profile whose owner answers questions about channels; resolves with what it was asked. */
async function answering(answer: (call: string, request: Record<string, unknown>) => unknown) {
  const profileId = await gateway.newProfile();
  const asked: { call: string; request: unknown }[] = [];
  gateway.bus.answer('channel', profileId, async (question) => {
    asked.push(question);
    return answer(question.call, question.request as Record<string, unknown>);
  });
  return { profileId, asked, channels: `/profiles/${profileId}/channels` };
}

test('channels are listed, found, made, followed and read by asking the owner of the session', async () => {
  const { asked, channels } = await answering((call, { count, before }) => {
    if (call === 'list') return { channels: [info] };
    if (call === 'follow') return {};
    if (call !== 'posts') return { channel: info };
    const newest = typeof before === 'number' ? before - 1 : 4;
    const length = Math.min(Number(count), newest);
    return { posts: Array.from({ length }, (_, index) => post(newest - index)) };
  });
  const shown = { id: chat, name: 'News', role: 'OWNER', inviteUrl: 'https://whatsapp.com/channel/abc' };
  expect((await gateway.call('GET', channels)).json.items).toMatchObject([shown]);
  const invite = 'https://whatsapp.com/channel/abc?utm=1';
  expect((await gateway.call('POST', `${channels}/find`, { body: { invite } })).json).toMatchObject(shown);
  const made = await gateway.call('POST', channels, { body: { name: 'News' } });
  expect([made.status, made.json]).toMatchObject([201, shown]);
  expect((await gateway.call('GET', `${channels}/120363041234567890`)).json).toMatchObject(shown);
  expect((await gateway.call('PUT', `${channels}/${chat}/follow`)).status).toBe(204);
  expect((await gateway.call('DELETE', `${channels}/${chat}/follow`)).status).toBe(204);
  const first = await gateway.call('GET', `${channels}/${chat}/posts?limit=3`);
  expect((first.json.items as { serverId: number }[]).map(({ serverId }) => serverId)).toEqual([4, 3, 2]);
  const second = await gateway.call('GET', `${channels}/${chat}/posts?limit=3&cursor=${first.json.nextCursor}`);
  expect(second.json).toEqual({ items: [post(1)], nextCursor: null });
  expect(asked).toMatchObject([
    { call: 'list' },
    { call: 'find', request: { code: 'abc' } },
    { call: 'create', request: { name: 'News', description: null } },
    { call: 'info', request: { chat } },
    { call: 'follow', request: { chat, follow: true } },
    { call: 'follow', request: { chat, follow: false } },
    { call: 'posts', request: { chat, count: 3, before: null } },
    { call: 'posts', request: { chat, count: 3, before: 2 } },
  ]);
  expect((await gateway.call('GET', `${channels}/${chat}/posts?cursor=bad`)).json.code).toBe('cursor_invalid');
  expect((await gateway.call('GET', `${channels}/nonsense`)).json).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer: '#/path/channelId' }],
  });
});

test('a post is kept before it is answered, once, and only where the number may post as far as is known', async () => {
  let role: ChannelInfo['role'] = 'ADMIN';
  const { profileId, channels } = await answering(() => {
    if (role === 'GUEST') throw new CodedError('channel_not_found');
    return { channel: { ...info, role } };
  });
  const path = `${channels}/${chat}/posts`;
  const body = { type: 'TEXT', text: 'new' };
  const headers = { 'idempotency-key': newId() };
  const accepted = await gateway.call('POST', path, { body, headers });
  expect([accepted.status, accepted.json]).toMatchObject([202, { chat, status: 'QUEUED', content: body }]);
  role = 'SUBSCRIBER';
  expect((await gateway.call('POST', path, { body, headers })).json.id).toBe(accepted.json.id);
  const refused = await gateway.call('POST', path, { body });
  expect([refused.status, refused.json.code]).toEqual([409, 'channel_admin_required']);
  role = 'GUEST';
  expect((await gateway.call('POST', path, { body })).json.code).toBe('channel_not_found');
  for (const bad of [{ type: 'POLL' }, { type: 'TEXT', text: '' }, { ...body, to: chat }]) {
    expect((await gateway.call('POST', path, { body: bad })).json.code).toBe('validation_failed');
  }
  const rows = await gateway.database.prisma.message.findMany({ where: { profileId } });
  expect(rows).toMatchObject([{ chat, status: 'QUEUED', content: body }]);
  expect((await gateway.call('GET', `/profiles/${profileId}/messages`)).json.items).toEqual([]);
  expect((await gateway.call('GET', `/profiles/${profileId}/messages/${accepted.json.id}`)).json).toMatchObject({
    chat,
  });
});

test('while the session is away a post is kept, and questions say so', async () => {
  const profileId = await gateway.newProfile();
  const channels = `/profiles/${profileId}/channels`;
  const body = { type: 'TEXT', text: 'later' };
  expect((await gateway.call('POST', `${channels}/${chat}/posts`, { body })).status).toBe(202);
  expect((await gateway.call('GET', channels)).json.code).toBe('profile_not_connected');
});
