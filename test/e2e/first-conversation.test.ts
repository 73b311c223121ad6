import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  type EventType,
  eventEnvelopeSchema,
  events,
  messageSchema,
  profileSchema,
} from '../../packages/contracts/dist/index.js';
import { EventLog, linkProfile, untilConnected, waitFor } from '../../packages/testkit/dist/index.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const product = useProduct({ durable: false });

test('a number is linked by QR, texts go both ways, receipts arrive, and the event stream tells it all in order', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { profile, phone } = await linkProfile(product(), 'First');
  const friend = await sandbox.createPhone({ name: 'Friend' });
  expect(profile.phone).toBe(phone.phone);
  expect(profileSchema.parse(profile)).toEqual(profile);
  const qr = await log.waitFor('profile.qr', ({ profileId }) => profileId === profile.id);
  expect(qr.data.qr).toContain(',');

  const accepted = await client.messages.send(profile.id, { type: 'TEXT', to: `+${friend.phone}`, text: 'Hello ✓' });
  expect(messageSchema.parse(accepted)).toEqual(accepted);
  expect(accepted).toMatchObject({ status: 'QUEUED', fromMe: true, chat: `${friend.phone}@s.whatsapp.net` });
  const received = await sandbox.waitForMessage(friend.phone, ({ text }) => text === 'Hello ✓');
  expect(received).toMatchObject({ id: accepted.waMessageId, copies: 1, from: { phone: phone.phone } });
  await log.waitFor('message.delivered', ({ data }) => data.messageId === accepted.id);
  await sandbox.read(friend.phone);
  await log.waitFor('message.read', ({ data }) => data.messageId === accepted.id);
  const read = await client.messages.get(profile.id, accepted.id);
  expect(read).toMatchObject({ status: 'READ', content: { type: 'TEXT', text: 'Hello ✓' }, failure: null });
  const times = [read.createdAt, read.sentAt, read.deliveredAt, read.readAt];
  expect(times).not.toContain(null);
  expect(times).toEqual([...times].sort());

  const answer = await sandbox.send(friend.phone, { to: phone.phone, text: 'Hello back' });
  const arrived = await log.waitFor('message.received', ({ data }) => data.waMessageId === answer.id);
  expect(arrived.data).toMatchObject({
    fromMe: false,
    chat: accepted.chat,
    content: { type: 'TEXT', text: 'Hello back' },
    sender: { phone: friend.phone, lid: friend.lid },
  });
  const inbound = await client.messages.get(profile.id, arrived.data.messageId);
  expect(inbound).toMatchObject({ waMessageId: answer.id, fromMe: false, chat: accepted.chat });
  await waitFor(async () => (await sandbox.sentMessage(friend.phone, answer.id)).status === 'delivered', {
    what: 'the phone to learn that its message was delivered',
  });

  const conversations = await client.conversations.list(profile.id);
  expect(conversations.items).toMatchObject([{ chat: accepted.chat, unreadCount: 1, lastMessageId: inbound.id }]);
  const contacts = await client.contacts.list(profile.id);
  expect(contacts.items).toMatchObject([{ phone: friend.phone, lid: friend.lid }]);

  const ours = log.seen.filter(({ profileId }) => profileId === profile.id);
  expect(ours.map(({ sequence }) => sequence)).toEqual(
    ours.map((_, index) => index + (ours[0]?.sequence ?? Number.NaN)),
  );
  for (const { cursor: _cursor, seenAtMs: _seenAtMs, ...envelope } of ours) {
    eventEnvelopeSchema.parse(envelope);
    events[envelope.type as EventType].data.parse(envelope.data);
  }
  await log.close();
});

test('a reader that comes back with its cursor gets what it missed, once and in order', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { profile } = await linkProfile(product(), 'Resumed');
  const friend = await sandbox.createPhone();
  const connected = await log.waitFor('profile.status', (event) => event.profileId === profile.id);
  const message = await client.messages.send(profile.id, { type: 'TEXT', to: friend.phone, text: 'while away' });
  const last = await log.waitFor('message.delivered', ({ data }) => data.messageId === message.id);
  await log.close();
  // What comes behind it may have been seen by one reader and not yet by the other.
  const missed = log.seen.slice(log.seen.indexOf(connected) + 1, log.seen.indexOf(last) + 1).map(({ id }) => id);

  const again = await EventLog.open(client, { after: connected.cursor });
  await again.waitFor('message.delivered', ({ data }) => data.messageId === message.id);
  expect(again.seen.slice(0, missed.length).map(({ id }) => id)).toEqual(missed);
  await again.close();
});

test('a repeated Idempotency-Key gets the first answer and sends nothing more', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const { profile } = await linkProfile(product(), 'Repeated');
  const friend = await sandbox.createPhone();
  const idempotencyKey = randomUUID();
  const body = { type: 'TEXT', to: friend.phone, text: 'only once' } as const;
  const [first, second] = [
    await client.messages.send(profile.id, body, { idempotencyKey }),
    await client.messages.send(profile.id, body, { idempotencyKey }),
  ];
  expect(second.id).toBe(first.id);
  await expect(
    client.messages.send(profile.id, { ...body, text: 'another' }, { idempotencyKey }),
  ).rejects.toMatchObject({ status: 409, code: 'idempotency_key_reused' });
  await client.messages.send(profile.id, { ...body, text: 'the last' });
  await sandbox.waitForMessage(friend.phone, ({ text }) => text === 'the last');
  const { messages } = await sandbox.messages(friend.phone);
  expect(messages.map(({ text, copies }) => [text, copies])).toEqual([
    ['only once', 1],
    ['the last', 1],
  ]);
});

test('a number is linked by typing a pairing code on the phone', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const phone = await sandbox.createPhone({ name: 'Typist' });
  const profile = await client.profiles.create({ name: 'By code', network: 'SANDBOX' });
  await client.profiles.connect(profile.id);
  await waitFor(() => client.profiles.qr(profile.id), { what: 'the session to be ready for linking' });
  const { code } = await client.profiles.pairingCode(profile.id, `+${phone.phone}`);
  expect(code.replace('-', '')).toMatch(/^[0-9A-Z]{8}$/);
  await sandbox.pair(phone.phone, code);
  expect(await untilConnected(client, profile.id)).toMatchObject({ phone: phone.phone, statusReason: null });
});

test('a message with sendAt leaves at its time, and one that is cancelled before never does', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { profile } = await linkProfile(product(), 'Later');
  const friend = await sandbox.createPhone();
  const sendAt = new Date(Date.now() + 2_000).toISOString();
  const send = (text: string, at: string) =>
    client.messages.send(profile.id, { type: 'TEXT', to: friend.phone, text, sendAt: at });
  const cancelled = await send('taken back', sendAt);
  const kept = await send('on time', sendAt);
  expect(kept.status).toBe('SCHEDULED');
  expect(await client.messages.cancel(profile.id, cancelled.id)).toMatchObject({ status: 'CANCELLED' });
  const sent = await log.waitFor('message.sent', ({ data }) => data.messageId === kept.id);
  expect(Date.parse(sent.data.at)).toBeGreaterThanOrEqual(Date.parse(sendAt));
  await expect(client.messages.cancel(profile.id, kept.id)).rejects.toMatchObject({ code: 'message_not_cancellable' });
  await sandbox.waitForMessage(friend.phone, ({ text }) => text === 'on time');
  expect((await sandbox.messages(friend.phone)).messages.map(({ text }) => text)).toEqual(['on time']);
  await log.close();
});

test('two profiles of one gateway converse: one WhatsApp id, a copy on each side', async () => {
  const { client } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const ada = await linkProfile(product(), 'Ada');
  const bob = await linkProfile(product(), 'Bob');
  const sent = await client.messages.send(ada.profile.id, {
    type: 'TEXT',
    to: bob.phone.phone,
    text: 'to my neighbour',
  });
  const arrived = await log.waitFor('message.received', ({ profileId }) => profileId === bob.profile.id);
  expect(arrived.data.waMessageId).toBe(sent.waMessageId);
  expect(arrived.data.messageId).not.toBe(sent.id);
  const answer = await client.messages.send(bob.profile.id, { type: 'TEXT', to: ada.phone.phone, text: 'and back' });
  await log.waitFor('message.received', ({ data }) => data.waMessageId === answer.waMessageId && !data.fromMe);
  await log.waitFor('message.delivered', ({ data }) => data.messageId === answer.id);

  const view = async (profileId: string) =>
    (await client.messages.list(profileId)).items.map(({ waMessageId, fromMe, profileId: owner }) => [
      waMessageId,
      fromMe,
      owner,
    ]);
  expect((await view(ada.profile.id)).sort()).toEqual(
    [
      [sent.waMessageId, true, ada.profile.id],
      [answer.waMessageId, false, ada.profile.id],
    ].sort(),
  );
  expect((await view(bob.profile.id)).sort()).toEqual(
    [
      [sent.waMessageId, false, bob.profile.id],
      [answer.waMessageId, true, bob.profile.id],
    ].sort(),
  );
  await log.close();
});
