import type { BusMessage } from '@multiwa/bus';
import type { SendCommand } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTestGateway, type TestGateway, until } from './gateway.js';

let gateway: TestGateway;
let profileId: string;
beforeAll(async () => {
  gateway = await startTestGateway();
  profileId = await gateway.newProfile();
});
afterEach(() => void vi.restoreAllMocks());
afterAll(() => gateway.stop());

const row = (id: unknown) => gateway.database.prisma.message.findUniqueOrThrow({ where: { id: String(id) } });

/** All commands of a profile that its stream holds, taken as an owner of its lease would. */
async function commandsOf(id: string, count: number): Promise<SendCommand[]> {
  return (await messagesOf(id, count)).map(({ payload }) => payload);
}

async function messagesOf(id: string, count: number): Promise<BusMessage<SendCommand>[]> {
  const taken: BusMessage<SendCommand>[] = [];
  const consumption = await gateway.bus.consumeProfileCommands({
    profileId: id,
    generation: 1,
    connection: 1,
    async handler(message: BusMessage<SendCommand>) {
      taken.push(message);
      return 'done';
    },
    onLost: () => undefined,
  });
  await until(() => taken.length >= count);
  await consumption.stop();
  return taken;
}

test('an accepted send is answered with its ids, stored QUEUED, and its command stands in the stream', async () => {
  const id = await gateway.newProfile();
  const { status, json } = await gateway.send(id, 'Hello');
  expect(status).toBe(202);
  expect(json).toMatchObject({
    profileId: id,
    chat: '6281234567890@s.whatsapp.net',
    fromMe: true,
    status: 'QUEUED',
    content: { type: 'TEXT', text: 'Hello' },
    waMessageId: expect.stringMatching(/^3EB0[0-9A-F]+$/),
  });
  const [command] = await commandsOf(id, 1);
  expect(command).toEqual({
    messageId: json.id,
    workspaceId: gateway.tenant.workspaceId,
    profileId: id,
    waMessageId: json.waMessageId,
    chat: json.chat,
    content: { type: 'TEXT', text: 'Hello' },
    acceptedAt: json.createdAt,
  });
  await until(async () => (await row(json.id)).commandedAt);
});

test('while tracing is off a caller’s trace is neither kept nor handed on', async () => {
  const id = await gateway.newProfile();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { json } = await gateway.call('POST', `/profiles/${id}/messages`, {
    body: { type: 'TEXT', to: '+62 812-3456-7890', text: 'Hello' },
    headers: { traceparent },
  });
  expect(await row(json.id)).toMatchObject({ traceparent: null });
  const [message] = await messagesOf(id, 1);
  expect(message).toMatchObject({ payload: { messageId: json.id } });
  expect(message?.headers).not.toHaveProperty('traceparent');
});

test('sends of one profile keep the order of acceptance in the list and in the stream', async () => {
  const id = await gateway.newProfile();
  const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => gateway.send(id, `n${n}`)));
  const inOrder = answers.map(({ json }) => json.id);
  const commands = await commandsOf(id, 200);
  expect(commands.map(({ messageId }) => messageId)).toEqual(inOrder);
  const rows = await gateway.database.prisma.message.findMany({
    where: { profileId: id },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { id: true },
  });
  expect(rows.map((message) => message.id)).toEqual(inOrder);
});

test('a repeated Idempotency-Key gives the first answer again, and nothing is sent twice', async () => {
  const id = await gateway.newProfile();
  const headers = { 'idempotency-key': 'order-1' };
  const first = await gateway.send(id, 'Once', { headers });
  await gateway.database.prisma.message.update({
    where: { id: String(first.json.id) },
    data: { status: 'SENT', sentAt: new Date() },
  });
  const again = await gateway.send(id, 'Once', { headers });
  expect(again.status).toBe(202);
  expect(again.json).toEqual(first.json);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(first.headers['idempotent-replayed']).toBeUndefined();
  expect(await commandsOf(id, 1)).toHaveLength(1);
});

test('50 requests with one Idempotency-Key at the same time make one message with one answer', async () => {
  const id = await gateway.newProfile();
  const headers = { 'idempotency-key': 'burst' };
  const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.send(id, 'Burst', { headers })));
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(202));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(answers.filter((answer) => answer.headers['idempotent-replayed'])).toHaveLength(49);
  expect(await gateway.database.prisma.message.count({ where: { profileId: id } })).toBe(1);
});

test('an Idempotency-Key with another body is refused; with another profile it is another key', async () => {
  const [one, other] = [await gateway.newProfile(), await gateway.newProfile()];
  const headers = { 'idempotency-key': 'k' };
  const first = await gateway.send(one, 'A', { headers });
  expect(await gateway.send(one, 'B', { headers })).toMatchObject({
    status: 409,
    json: { code: 'idempotency_key_reused' },
  });
  const elsewhere = await gateway.send(other, 'A', { headers });
  expect(elsewhere.status).toBe(202);
  expect(elsewhere.json.id).not.toBe(first.json.id);
});

test('a LID whose number is known goes to the number’s chat; an unknown one keeps its own', async () => {
  const id = await gateway.newProfile();
  const data = { id: newId(), profileId: id, phone: '6281111111111', lid: '123456789012345' };
  await gateway.database.prisma.contact.create({ data });
  const known = await gateway.send(id, '', { body: { type: 'TEXT', to: '123456789012345@lid', text: 'Hi' } });
  expect(known.json.chat).toBe('6281111111111@s.whatsapp.net');
  const unknown = await gateway.send(id, '', { body: { type: 'TEXT', to: '999999999999999@lid', text: 'Hi' } });
  expect(unknown.json.chat).toBe('999999999999999@lid');
});

const hourMs = 3_600_000;
const scheduled = (sendAt: Date) => ({
  body: { type: 'TEXT', to: '6281234567890', text: 'Later', sendAt: sendAt.toISOString() },
});

test('a send with a future time is SCHEDULED and not published, and can be cancelled, with its event', async () => {
  const published = vi.spyOn(gateway.bus, 'publishCommands');
  const sendAt = new Date(Date.now() + hourMs);
  const { status, json } = await gateway.send(profileId, '', scheduled(sendAt));
  expect(status).toBe(202);
  expect(json).toMatchObject({ status: 'SCHEDULED', sendAt: sendAt.toISOString() });
  expect(published).not.toHaveBeenCalled();
  const path = `/profiles/${profileId}/messages/${json.id}`;
  expect(await gateway.call('POST', `${path}/cancel`)).toMatchObject({ status: 200, json: { status: 'CANCELLED' } });
  expect(await gateway.call('DELETE', path)).toMatchObject({ status: 200, json: { status: 'CANCELLED' } });
  const events = await gateway.database.prisma.event.findMany({ where: { profileId, type: 'message.cancelled' } });
  expect(events).toHaveLength(1);
  expect(events[0]?.data).toMatchObject({ messageId: json.id });
});

test('a repeated scheduled send still gets its first answer after its time has passed', async () => {
  const headers = { 'idempotency-key': 'later' };
  const past = { ...scheduled(new Date(Date.now() + hourMs)), headers };
  const first = await gateway.send(profileId, '', past);
  vi.setSystemTime(Date.now() + 2 * hourMs);
  const again = await gateway.send(profileId, '', past);
  vi.useRealTimers();
  expect(again).toMatchObject({ status: 202, json: first.json });
});

test('while the stream does not answer sends are accepted and stay QUEUED, and leave in order once it does', async () => {
  const id = await gateway.newProfile();
  const failing = vi
    .spyOn(gateway.bus, 'publishCommands')
    .mockImplementation(async (items) => items.map(() => ({ ok: false, error: new Error('away') })));
  const answers = [];
  for (let n = 0; n < 5; n += 1) answers.push(await gateway.send(id, `n${n}`));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
  // Only the first was tried directly: the others queue behind it, in the database.
  const tried = failing.mock.calls
    .flatMap(([items]) => items)
    .filter(({ payload }) => !('repeated' in payload && payload.repeated));
  expect(tried).toHaveLength(1);
  for (const { json } of answers) expect(await row(json.id)).toMatchObject({ status: 'QUEUED', commandedAt: null });
  failing.mockRestore();
  const after = await gateway.send(id, 'n5');
  const commands = await commandsOf(id, 6);
  expect(commands.map(({ messageId }) => messageId)).toEqual([...answers, after].map(({ json }) => json.id));
  await until(async () => (await row(after.json.id)).commandedAt);
  // The lane is direct again.
  await until(async () => {
    const direct = vi.spyOn(gateway.bus, 'publishCommands');
    await gateway.send(id, 'direct');
    return direct.mock.calls.some(([items]) =>
      items.some(({ payload }) => !('repeated' in payload && payload.repeated)),
    );
  });
});

test('a request repeated after a crash between storing and publishing hands its message over before it is answered', async () => {
  const id = await gateway.newProfile();
  const headers = { 'idempotency-key': 'crashed-once' };
  const first = await gateway.send(id, 'first', { headers });
  await until(async () => (await row(first.json.id)).commandedAt);
  await gateway.database.prisma.message.update({ where: { id: String(first.json.id) }, data: { commandedAt: null } });
  const published = vi.spyOn(gateway.bus, 'publishCommands');
  const again = await gateway.send(id, 'first', { headers });
  expect(again).toMatchObject({ status: 202, json: { id: first.json.id } });
  const handedOver = published.mock.calls.flatMap(([items]) => items.map(({ payload }) => payload));
  expect(handedOver).toMatchObject([{ messageId: first.json.id, repeated: true }]);
  // The stream has dropped the repetition.
  expect(await commandsOf(id, 1)).toHaveLength(1);
});

test('when the database does not take it nothing is published and the answer says so without details', async () => {
  const published = vi.spyOn(gateway.bus, 'publishCommands');
  vi.spyOn(gateway.database.pool, 'query').mockImplementation(() => {
    throw new Error('the secret of the pool');
  });
  const answer = await gateway.send(profileId, 'Lost');
  expect(answer).toMatchObject({ status: 500, json: { code: 'internal_error' } });
  expect(answer.text).not.toContain('secret');
  expect(published).not.toHaveBeenCalled();
});

test('a profile deleted behind the cache’s back accepts nothing more', async () => {
  const id = await gateway.newProfile();
  await gateway.send(id, 'Before');
  await gateway.database.prisma.profile.update({ where: { id }, data: { deletedAt: new Date() } });
  expect(await gateway.send(id, 'After')).toMatchObject({ status: 404, json: { code: 'profile_not_found' } });
  expect(await gateway.database.prisma.message.count({ where: { profileId: id } })).toBe(1);
});
