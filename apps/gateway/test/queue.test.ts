import { timing } from '@multiwa/contracts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestGateway, type TestGateway, until } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ queueLimit: 5 });
});
afterAll(() => gateway.stop());

const messages = (profileId: string) => gateway.database.prisma.message.count({ where: { profileId } });

test('the answer to a send says how many wait before it, and a repetition says the same', async () => {
  const id = await gateway.newProfile();
  const answers = [];
  for (const key of ['a', 'b', 'c']) {
    answers.push(await gateway.send(id, key, { headers: { 'idempotency-key': key } }));
  }
  expect(answers.map(({ json }) => json.queuedAhead)).toEqual([0, 1, 2]);
  const again = await gateway.send(id, 'b', { headers: { 'idempotency-key': 'b' } });
  expect(again.text).toBe(answers[1]?.text);
  const shown = await gateway.call('GET', `/profiles/${id}/messages/${answers[1]?.json.id}`);
  expect(shown.json).not.toHaveProperty('queuedAhead');
});

test('a profile with too many waiting answers 429 with Retry-After and stores nothing, and delays no other', async () => {
  const [full, other] = [await gateway.newProfile(), await gateway.newProfile()];
  const headers = { 'idempotency-key': 'last' };
  for (let n = 0; n < 4; n += 1) await gateway.send(full, `n${n}`);
  const last = await gateway.send(full, 'last', { headers });
  const refused = await gateway.send(full, 'too many');
  expect(refused).toMatchObject({ status: 429, json: { code: 'queue_full' } });
  expect(refused.headers['retry-after']).toBe(String(timing.queue.retryAfterMs / 1_000));
  expect(await messages(full)).toBe(5);
  expect((await gateway.send(other, 'fine')).status).toBe(202);
  // What was accepted before is answered as before.
  expect(await gateway.send(full, 'last', { headers })).toMatchObject({ status: 202, json: last.json });
});

test('many sends at once do not get past the bound together', async () => {
  const id = await gateway.newProfile();
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => gateway.send(id, `n${n}`)));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(5);
  expect(await messages(id)).toBe(5);
});

test('once messages were sent there is room again', async () => {
  const id = await gateway.newProfile();
  for (let n = 0; n < 5; n += 1) await gateway.send(id, `n${n}`);
  expect((await gateway.send(id, 'refused')).status).toBe(429);
  await gateway.database.prisma.message.updateMany({ where: { profileId: id }, data: { status: 'SENT' } });
  await until(async () => (await gateway.send(id, 'room')).status === 202);
});

test('a message that waits for its time takes no place in the queue', async () => {
  const id = await gateway.newProfile();
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const body = { type: 'TEXT', to: '6281234567890', text: 'later', sendAt };
  for (let n = 0; n < 6; n += 1) {
    const answer = await gateway.send(id, '', { body });
    expect(answer).toMatchObject({ status: 202, json: { status: 'SCHEDULED' } });
    expect(answer.json).not.toHaveProperty('queuedAhead');
  }
});

test('expiresAt is kept, shown, and handed to the engine with the command', async () => {
  const id = await gateway.newProfile();
  const published = vi.spyOn(gateway.bus, 'publishCommands');
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const { json } = await gateway.send(id, '', { body: { type: 'TEXT', to: '6281234567890', text: 'soon', expiresAt } });
  expect(json).toMatchObject({ status: 'QUEUED', expiresAt });
  expect((await gateway.call('GET', `/profiles/${id}/messages/${json.id}`)).json).toMatchObject({ expiresAt });
  const row = await gateway.database.prisma.message.findUniqueOrThrow({ where: { id: String(json.id) } });
  expect(row.expiresAt?.toISOString()).toBe(expiresAt);
  expect(published.mock.calls.flat(2)).toMatchObject([{ payload: { messageId: json.id, expiresAt } }]);
});

const hourMs = 3_600_000;
test.each([
  ['in the past', undefined, -1],
  ['not after sendAt', hourMs, hourMs],
])('an expiresAt that lies %s is refused and nothing is stored', async (_, sendAheadMs, expiresAheadMs) => {
  const id = await gateway.newProfile();
  const now = Date.now();
  const at = (aheadMs: number) => new Date(now + aheadMs).toISOString();
  const times = { expiresAt: at(expiresAheadMs), ...(sendAheadMs !== undefined && { sendAt: at(sendAheadMs) }) };
  const body = { type: 'TEXT', to: '6281234567890', text: 'x', ...times };
  expect(await gateway.send(id, '', { body })).toMatchObject({
    status: 422,
    json: { code: 'expires_at_past', errors: [{ pointer: '#/expiresAt' }] },
  });
  expect(await messages(id)).toBe(0);
});
