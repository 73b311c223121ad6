import type { EventType } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSendWaiters } from '../src/use-cases/send-waiters.js';
import { type CallOptions, startTestGateway, type TestGateway, until } from './gateway.js';

let gateway: TestGateway;
let profileId: string;
beforeAll(async () => {
  gateway = await startTestGateway();
  profileId = await gateway.newProfile();
});
afterAll(() => gateway.stop());

const body = { type: 'TEXT', to: '+62 812-3456-7890', text: 'Hello' };
const send = (query: string, options: CallOptions = {}) =>
  gateway.call('POST', `/profiles/${profileId}/messages?${query}`, { body, ...options });

/** As events and its outbox do: first the row, then the announcement. */
async function announce(messageId: string, type: EventType, status: 'SENT' | 'FAILED'): Promise<void> {
  const { workspaceId } = gateway.tenant;
  const at = new Date();
  const times = status === 'SENT' ? { sentAt: at } : { endedAt: at, failureCode: 'restricted' };
  await gateway.database.prisma.message.update({ where: { id: messageId }, data: { status, ...times } });
  const timestamp = at.toISOString();
  const data = { messageId, waMessageId: '3EB0', chat: '6281234567890@s.whatsapp.net', at: timestamp };
  await gateway.bus.publishEvents([
    { id: newId(), type, version: 1, timestamp, workspaceId, profileId, sequence: 1, data },
  ]);
}

/** The message that was accepted last. */
const newest = () =>
  gateway.database.prisma.message.findFirst({ where: { profileId }, orderBy: { createdAt: 'desc' } });

async function afterAccepting<T>(request: Promise<T>, before: number, act: (id: string) => Promise<void>): Promise<T> {
  const { prisma } = gateway.database;
  await until(async () => (await prisma.message.count({ where: { profileId } })) > before);
  const message = await newest();
  if (message) await act(message.id);
  return request;
}

const count = () => gateway.database.prisma.message.count({ where: { profileId } });

test.each([
  ['message.sent', 'SENT'],
  ['message.failed', 'FAILED'],
] as const)(
  'a caller who waits is answered when %s is announced, with the message as it is then',
  async (type, status) => {
    const answer = await afterAccepting(send('waitFor=sent'), await count(), (id) => announce(id, type, status));
    expect(answer).toMatchObject({ status: 200, json: { status } });
  },
);

test('at the deadline a caller is answered 202 with the message, which goes its way', async () => {
  const { status, json } = await send('waitFor=sent&waitTimeoutMs=20');
  expect([status, json.status]).toEqual([202, 'QUEUED']);
});

test('what becomes of another message ends nobody’s wait', async () => {
  const other = String((await send('')).json.id);
  const answer = await afterAccepting(send('waitFor=sent&waitTimeoutMs=200'), await count(), () =>
    announce(other, 'message.sent', 'SENT'),
  );
  expect([answer.status, answer.json.status]).toEqual([202, 'QUEUED']);
});

test('a repetition of a request whose message was sent meanwhile is answered at once', async () => {
  const headers = { 'idempotency-key': newId() };
  const first = await send('waitFor=sent&waitTimeoutMs=1', { headers });
  await announce(String(first.json.id), 'message.sent', 'SENT');
  const again = await send('waitFor=sent', { headers });
  expect(again).toMatchObject({ status: 200, json: { id: first.json.id, status: 'SENT' } });
});

test('a message that waits for its time is not waited for', async () => {
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const { status, json } = await send('waitFor=sent', { body: { ...body, sendAt } });
  expect([status, json.status]).toEqual([202, 'SCHEDULED']);
});

test('when too many wait already, the next does not, until one of them ends', () => {
  const subscriptions = new Set<object>();
  const onNudge = () => {
    const subscription = { stop: () => void subscriptions.delete(subscription) };
    subscriptions.add(subscription);
    return subscription;
  };
  const waiters = makeSendWaiters({ bus: { onNudge }, most: 1 });
  const owner = { workspaceId: 'w', profileId: 'p' };
  const first = waiters.listen(owner);
  expect(waiters.listen(owner)).toBeUndefined();
  first?.end();
  expect(subscriptions.size).toBe(0);
  expect(waiters.listen(owner)).toBeDefined();
});

test('one message is told with every status it has had', async () => {
  const { json } = await send('');
  const id = String(json.id);
  await announce(id, 'message.sent', 'SENT');
  const { prisma } = gateway.database;
  const at = new Date(Date.now() + 5_000);
  await prisma.message.update({ where: { id }, data: { status: 'PLAYED', readAt: at, playedAt: at } });
  const detail = (await gateway.call('GET', `/profiles/${profileId}/messages/${id}`)).json;
  expect(detail).toMatchObject({ playedAt: at.toISOString(), endedAt: null });
  expect((detail.history as { status: string }[]).map(({ status }) => status)).toEqual([
    'QUEUED',
    'SENT',
    'READ',
    'PLAYED',
  ]);
});
