import { waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chatWith, startWorld, type World } from './support/world.js';

let world: World;

beforeAll(async () => {
  world = await startWorld();
  await world.startWorker();
});
afterAll(() => world.stop());

const sentOrFurther = ['SENT', 'DELIVERED', 'READ'];
const rowOf = (id: string) => world.database.prisma.message.findUniqueOrThrow({ where: { id } });

async function untilEnded(ids: readonly string[], timeoutMs = 30_000): Promise<void> {
  await waitFor(
    async () => {
      const where = { id: { in: [...ids] }, status: { in: ['SCHEDULED' as const, 'QUEUED' as const] } };
      return (await world.database.prisma.message.count({ where })) === 0;
    },
    { what: 'every message to end', timeoutMs, everyMs: 100 },
  );
}

test('amid a stream of sends each withdrawn message is cancelled and never at the phone, and each other one is sent in order', async () => {
  const { profileId } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const commands = [];
  const answers = new Map<string, Promise<{ withdrawn: boolean }>>();
  const withdraw = (messageId: string) => {
    const answer = world.bus.ask('withdraw', profileId, { messageId });
    answer.catch(() => undefined);
    answers.set(messageId, answer);
  };
  for (let n = 0; n < 80; n += 1) {
    commands.push(await world.accept(profileId, chatWith(friend), `n${n}`));
    // Some right away, some a few messages later, so that they meet their sends at every stage.
    const earlier = commands[n - (n % 4) * 3];
    if (n % 2 === 0 && earlier && !answers.has(earlier.messageId)) withdraw(earlier.messageId);
  }
  for (const { messageId } of commands.slice(40)) if (!answers.has(messageId)) withdraw(messageId);
  await untilEnded(commands.map(({ messageId }) => messageId));

  const withdrawn = new Set<string>();
  for (const [id, answer] of answers) if ((await answer).withdrawn) withdrawn.add(id);
  const kept = commands.filter(({ messageId }) => !withdrawn.has(messageId));
  for (const { messageId } of commands) {
    const { status } = await rowOf(messageId);
    expect(status === 'CANCELLED', `${messageId} is ${status}`).toBe(withdrawn.has(messageId));
  }
  const events = await world.database.prisma.event.findMany({ where: { profileId, type: 'message.cancelled' } });
  expect(events.map(({ data }) => (data as { messageId: string }).messageId).sort()).toEqual([...withdrawn].sort());
  const { messages } = await world.control.messages(friend.phone, { limit: 200 });
  expect(messages.map(({ id }) => id)).toEqual(kept.map(({ waMessageId }) => waMessageId));
  expect(withdrawn.size, 'some were withdrawn in time').toBeGreaterThan(0);
}, 90_000);

test('what is past its expiresAt when its turn comes is not sent, and the next of the chat is', async () => {
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const match = { tag: 'message', phone: phone.phone };
  await world.control.addFault({ direction: 'in', match, action: { do: 'error', code: 503 }, times: 1 });
  const chat = chatWith(friend);
  const first = await world.accept(profileId, chat, 'tried again');
  // Waits behind the first, which is tried again after half a second.
  const late = await world.accept(profileId, chat, 'late', { expiresAt: new Date(Date.now() + 300) });
  const next = await world.accept(profileId, chat, 'next', { expiresAt: new Date(Date.now() + 600_000) });
  await untilEnded([first, late, next].map(({ messageId }) => messageId));
  expect(await rowOf(late.messageId)).toMatchObject({ status: 'FAILED', failureCode: 'expired', begunAt: null });
  const { messages } = await world.control.messages(friend.phone);
  expect(messages.map(({ text }) => text)).toEqual(['tried again', 'next']);
}, 60_000);

test('what was accepted for somebody who has opted out by now is not sent, and the sends of others are', async () => {
  const { profileId } = await world.link();
  const [refusing, friend] = await world.control.createPhones({ count: 2 });
  if (!refusing || !friend) throw new Error('two phones were made');
  const { workspaceId } = await world.database.prisma.profile.findUniqueOrThrow({ where: { id: profileId } });
  await world.database.prisma.optOut.create({ data: { id: profileId, workspaceId, phone: refusing.phone } });
  const refused = await world.accept(profileId, chatWith(refusing), 'too late');
  const sent = await world.accept(profileId, chatWith(friend), 'welcome');
  await untilEnded([refused.messageId, sent.messageId]);
  expect(await rowOf(refused.messageId)).toMatchObject({ status: 'FAILED', failureCode: 'opted_out', begunAt: null });
  expect((await world.control.messages(refusing.phone)).messages).toEqual([]);
  expect((await world.control.messages(friend.phone)).messages).toMatchObject([{ text: 'welcome' }]);
}, 60_000);

test('a send whose ack is lost delays no other chat and no other profile, and ends SENT once under its id, in order', async () => {
  const [{ profileId, phone }, other] = [await world.link('Slow'), await world.link('Quick')];
  const [friend, second] = await world.control.createPhones({ count: 2 });
  if (!friend || !second) throw new Error('two phones were made');
  const match = { tag: 'ack', attrs: { class: 'message' }, phone: phone.phone };
  const fault = await world.control.addFault({ direction: 'out', match, action: { do: 'drop' }, times: 1 });
  const slow = [await world.accept(profileId, chatWith(friend), 'slow 0')];
  await world.control.waitForMessage(friend.phone, ({ text }) => text === 'slow 0');
  for (let n = 1; n < 30; n += 1) slow.push(await world.accept(profileId, chatWith(friend), `slow ${n}`));
  const quick = [
    await world.accept(profileId, chatWith(second), 'another chat'),
    await world.accept(other.profileId, chatWith(friend), 'another profile'),
  ];
  await untilEnded(quick.map(({ messageId }) => messageId));
  expect((await rowOf(slow[1]?.messageId ?? '')).status, 'the slow chat still waits for its ack').toBe('QUEUED');

  await untilEnded(
    slow.map(({ messageId }) => messageId),
    60_000,
  );
  for (const { messageId } of [...slow, ...quick]) expect(sentOrFurther).toContain((await rowOf(messageId)).status);
  const { messages } = await world.control.messages(friend.phone, { from: phone.phone, limit: 200 });
  // One copy even of the first: its receipt has said that it arrived, so that it does not begin again.
  expect(messages.map(({ text, copies }) => [text, copies])).toEqual(slow.map((_, n) => [`slow ${n}`, 1]));
  expect((await world.control.faults()).find(({ id }) => id === fault.id)?.applied).toBe(1);
}, 120_000);

test('typing is shown for as long as was asked before the message leaves, and delays no other chat', async () => {
  const { profileId, phone } = await world.link();
  const [friend, other] = await world.control.createPhones({ count: 2 });
  if (!friend || !other) throw new Error('two phones were made');
  const typingMs = 1_500;
  const slow = await world.accept(profileId, chatWith(friend), 'typed', { typingMs });
  const quick = await world.accept(profileId, chatWith(other), 'at once');
  await untilEnded([slow.messageId, quick.messageId]);
  expect(sentOrFurther).toContain((await rowOf(slow.messageId)).status);
  const lines = (await world.control.trace({ phone: phone.phone })).filter(({ direction }) => direction === 'in');
  const indexOf = (pattern: RegExp) => lines.findIndex(({ text }) => pattern.test(text));
  const typing = indexOf(new RegExp(`^<chatstate .*to=${chatWith(friend)}.*composing`));
  const [sent, sentAtOnce] = [slow, quick].map(({ waMessageId }) =>
    indexOf(new RegExp(`^<message .*id=${waMessageId}`)),
  );
  expect(typing).toBeGreaterThanOrEqual(0);
  expect(typing).toBeLessThan(sent ?? -1);
  expect(sentAtOnce).toBeLessThan(sent ?? -1);
});
