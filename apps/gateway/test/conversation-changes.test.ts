import type { BusMessage } from '@multiwa/bus';
import type { ChatCommand } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway, until } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const phone = '628222222222';
const chat = `${phone}@s.whatsapp.net`;

/** A conversation with messages that came in, the newest last. */
async function withConversation(texts: string[]) {
  const { prisma } = gateway.database;
  const profileId = await gateway.newProfile();
  const { workspaceId } = gateway.tenant;
  const messages = texts.map((text, n) => ({
    id: newId(),
    workspaceId,
    profileId,
    chat,
    waMessageId: `WA${n}`,
    fromMe: false,
    type: 'TEXT' as const,
    content: { type: 'TEXT', text },
    status: 'DELIVERED' as const,
    senderPhone: phone,
    timestamp: new Date(Date.UTC(2026, 5, 1) + n * 1_000),
    createdAt: new Date(Date.UTC(2026, 5, 1) + n * 1_000),
  }));
  await prisma.message.createMany({ data: messages });
  const last = messages.at(-1);
  const counts = { unreadCount: texts.length, lastMessageId: last?.id, lastMessageAt: last?.timestamp };
  const { id } = await prisma.conversation.create({ data: { id: newId(), profileId, chat, ...counts } });
  return { profileId, messages, path: `/profiles/${profileId}/conversations/${id}` };
}

/** What the owner of the profile's lease is told. */
async function commandsOf(profileId: string, count: number): Promise<ChatCommand['action'][]> {
  const taken: ChatCommand[] = [];
  const consumption = await gateway.bus.consumeProfileCommands({
    profileId,
    generation: 1,
    connection: 1,
    handler: async () => 'done',
    async chatHandler({ payload }: BusMessage<ChatCommand>) {
      taken.push(payload);
      return 'done';
    },
    onLost: () => undefined,
  });
  await until(() => taken.length >= count);
  await consumption.stop();
  return taken.map(({ action }) => action);
}

const eventsOf = async (profileId: string) =>
  (await gateway.database.prisma.event.findMany({ where: { profileId }, orderBy: { sequence: 'asc' } })).map(
    ({ type, data }) => [type, data] as const,
  );

test('reading a conversation is kept with its event, and the engine is told which messages were read', async () => {
  const { profileId, path, messages } = await withConversation(['one', 'two', 'three']);
  const { status, json } = await gateway.call('POST', `${path}/read`);
  expect([status, json.unreadCount]).toEqual([200, 0]);
  const [action] = await commandsOf(profileId, 1);
  const read = [...messages].reverse().map(({ waMessageId }) => waMessageId);
  expect(action).toMatchObject({ do: 'read', messages: read.map((waMessageId) => ({ waMessageId })) });
  expect(await eventsOf(profileId)).toMatchObject([
    ['conversation.updated', { by: 'API', unreadCount: 0, changed: ['unreadCount'] }],
  ]);
  // Nothing is left to read: nothing is said.
  await gateway.call('POST', `${path}/read`);
  expect(await eventsOf(profileId)).toHaveLength(1);
});

test('what came after the message that was seen stays unread', async () => {
  const { profileId, path, messages } = await withConversation(['one', 'two', 'three']);
  const body = { upToMessageId: messages[1]?.id };
  expect((await gateway.call('POST', `${path}/read`, { body })).json.unreadCount).toBe(1);
  const [action] = await commandsOf(profileId, 1);
  expect(action).toMatchObject({ do: 'read', messages: [{ waMessageId: 'WA1' }, { waMessageId: 'WA0' }] });
});

test('archiving, muting, pinning, labelling and marking are kept, told to WhatsApp in order and found by filters', async () => {
  const { profileId, path } = await withConversation(['one']);
  const mutedUntil = new Date(Date.now() + 3_600_000).toISOString();
  const changes = [{ pinned: true }, { archived: true, labels: ['order', 'vip', 'order'] }, { mutedUntil }];
  for (const body of changes) expect((await gateway.call('PATCH', path, { body })).status).toBe(200);
  const { json } = await gateway.call('POST', `${path}/unread`);
  expect(json).toMatchObject({
    archived: true,
    pinnedAt: null,
    labels: ['order', 'vip'],
    mutedUntil,
    markedUnread: true,
  });
  const actions = await commandsOf(profileId, 5);
  expect(actions).toMatchObject([
    { do: 'pin', pinned: true },
    { do: 'archive', archived: true, last: { waMessageId: 'WA0' } },
    { do: 'pin', pinned: false },
    { do: 'mute', until: mutedUntil },
    { do: 'unread' },
  ]);
  for (const filter of ['archived=true', 'label=vip', 'muted=true', 'unread=true', 'pinned=false', 'assigneeId=none']) {
    const found = await gateway.call('GET', `/profiles/${profileId}/conversations?${filter}`);
    expect([filter, found.json.items?.length]).toEqual([filter, 1]);
  }
  for (const filter of ['archived=false', 'label=order2', 'muted=false', 'unread=false', 'pinned=true']) {
    const found = await gateway.call('GET', `/profiles/${profileId}/conversations?${filter}`);
    expect([filter, found.json.items?.length]).toEqual([filter, 0]);
  }
});

test('only a user of the workspace can be given a conversation, and only a future time mutes it', async () => {
  const { path } = await withConversation(['one']);
  const { prisma } = gateway.database;
  const [mine, theirs] = [newId(), newId()];
  const other = await gateway.newTenant();
  for (const [id, { workspaceId }] of [
    [mine, gateway.tenant],
    [theirs, other],
  ] as const) {
    const memberships = { create: { workspaceId, role: 'MEMBER' as const } };
    await prisma.user.create({ data: { id, email: `${id}@example.com`, name: 'Sari', memberships } });
  }
  expect((await gateway.call('PATCH', path, { body: { assigneeId: mine } })).json.assigneeId).toBe(mine);
  for (const [body, pointer] of [
    [{ assigneeId: theirs }, '#/assigneeId'],
    [{ mutedUntil: '2020-01-01T00:00:00Z' }, '#/mutedUntil'],
  ] as const) {
    const refused = await gateway.call('PATCH', path, { body });
    expect(refused).toMatchObject({ status: 422, json: { code: 'validation_failed', errors: [{ pointer }] } });
  }
});

test('a cleared conversation shows nothing of before, and a deleted one is gone until its next message', async () => {
  const { profileId, path } = await withConversation(['one', 'two']);
  expect((await gateway.call('POST', `${path}/clear`)).json).toMatchObject({ unreadCount: 0, lastMessageId: null });
  expect((await gateway.call('GET', `${path}/messages`)).json.items).toEqual([]);
  expect((await gateway.call('DELETE', path)).status).toBe(204);
  expect((await gateway.call('GET', path)).status).toBe(404);
  expect(await commandsOf(profileId, 2)).toMatchObject([
    { do: 'clear', last: { waMessageId: 'WA1' } },
    { do: 'delete' },
  ]);
  expect((await eventsOf(profileId)).map(([type]) => type)).toEqual(['conversation.cleared', 'conversation.deleted']);
});

test('a change that no stream took is handed on later, in the order of the changes', async () => {
  const { profileId, path } = await withConversation(['one']);
  const { workspaceId } = gateway.tenant;
  // Left by a gateway that died before it could hand it on.
  const id = newId();
  const action = { do: 'mute', until: null };
  await gateway.database.prisma.chatCommand.create({ data: { id, workspaceId, profileId, chat, action } });
  await gateway.call('PATCH', path, { body: { archived: true } });
  expect((await commandsOf(profileId, 2)).map((told) => told.do)).toEqual(['mute', 'archive']);
  await until(async () => (await gateway.database.prisma.chatCommand.count({ where: { profileId } })) === 0);
});
