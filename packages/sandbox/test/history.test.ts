import { type Chat, type Contact, proto, type WAMessage } from '@whiskeysockets/baileys';
import { Agent, buildConnector } from 'undici';
import { expect, test } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import { useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);
const DAY_MS = 86_400_000;
const { HistorySyncType } = proto.HistorySync;

/** The library looks for history at WhatsApp's own media host and nowhere else: here that name leads to the sandbox's. */
function toSandboxMedia() {
  const { hostname, certificate } = world.network.core.media;
  const [host = '', port = ''] = hostname.split(':');
  const connect = buildConnector({ ca: certificate.cert });
  return new Agent({
    connect: (options, done) =>
      connect({ ...options, hostname: host, host: hostname, port, servername: 'localhost' }, done),
  });
}

/** A client of the unmodified library that is linked to the phone, and what the library told it of the history. */
async function linkedWith(phone: Awaited<ReturnType<typeof world.phone>>, syncFullHistory: boolean) {
  const handed: { chats: Chat[]; contacts: Contact[]; messages: WAMessage[] }[] = [];
  const client = world.client({
    syncFullHistory,
    shouldSyncHistoryMessage: () => true,
    options: { dispatcher: toSandboxMedia() } as never,
  });
  const connect = client.connect.bind(client);
  client.connect = () => {
    connect();
    client.sock.ev.on('messaging-history.set', (set) => handed.push(set));
    return client;
  };
  client.connect();
  await world.network.core.pairing.scan(phone.account, await client.qr());
  await client.untilOpen();
  const messages = () => handed.flatMap((set) => set.messages);
  /** What the phone said that it hands over. */
  const notices = () =>
    client.upserts.flatMap(({ message }) => message.message?.protocolMessage?.historySyncNotification ?? []);
  return {
    client,
    handed,
    messages,
    notices,
    untilMessages: (count: number) => client.until('messages', () => messages().length >= count),
  };
}

test('the unmodified library reads what a phone hands over: chats, names and messages, chunk by chunk up to 100 %', async () => {
  const [phone, friend, member] = [await world.phone(), await world.phone(), await world.phone()];
  const { group } = await control().createGroup({
    by: phone.account.phone,
    subject: 'Old friends',
    participants: [member.account.phone],
  });
  await control().seedHistory(phone.account.phone, {
    messagesPerChunk: 10,
    bootstrapMessages: 2,
    chats: [
      { with: friend.account.phone, name: 'Bu Sari', messages: 24, days: 12, kinds: ['text', 'image', 'poll'] },
      { with: group, messages: 7, days: 3 },
    ],
  });
  const { handed, messages, notices, untilMessages } = await linkedWith(phone, false);
  await untilMessages(31);
  expect(notices().map(({ syncType, progress }) => [syncType as number, progress])).toEqual([
    [HistorySyncType.INITIAL_BOOTSTRAP, 0],
    [HistorySyncType.PUSH_NAME, 100],
    [HistorySyncType.RECENT, 33],
    [HistorySyncType.RECENT, 66],
    [HistorySyncType.RECENT, 100],
  ]);
  const inline = notices().map(({ initialHistBootstrapInlinePayload: bytes }) => (bytes?.length ?? 0) > 0);
  expect(inline).toEqual([true, false, false, false, false]);
  expect(new Set(messages().map(({ key }) => key.id)).size).toBe(31);
  const inGroup = messages().filter(({ key }) => key.remoteJid === group);
  expect(inGroup).toHaveLength(7);
  const authors = inGroup.filter(({ key }) => !key.fromMe).map(({ key }) => key.participant);
  expect(new Set(authors)).toEqual(new Set([member.account.jid('lid')]));
  expect(messages().filter(({ message }) => message?.imageMessage)).toHaveLength(8);
  expect(handed.flatMap(({ contacts }) => contacts)).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: friend.account.jid('pn'), name: 'Bu Sari' })]),
  );
  const times = messages()
    .filter(({ key }) => key.remoteJid === friend.account.jid('pn'))
    .map(({ messageTimestamp }) => Number(messageTimestamp));
  expect(times).toEqual([...times].sort((one, other) => other - one));
  expect(await control().unknown()).toEqual([]);
});

test('only who asks for everything gets what is older than recent', async () => {
  const [phone, friend] = [await world.phone(), await world.phone()];
  const chat = { with: friend.account.phone, messages: 20, days: 200 };
  await control().seedHistory(phone.account.phone, { recentDays: 95, chats: [chat] });
  const [modest, full] = [await linkedWith(phone, false), await linkedWith(phone, true)];
  await modest.untilMessages(9);
  await full.untilMessages(20);
  expect(full.notices().at(-1)).toMatchObject({ syncType: HistorySyncType.FULL, progress: 100 });
  expect(modest.notices().at(-1)).toMatchObject({ syncType: HistorySyncType.RECENT, progress: 100 });
  const times = modest.messages().map((one) => Number(one.messageTimestamp) * 1_000);
  expect(times).toHaveLength(9);
  expect(Math.min(...times)).toBeGreaterThan(Date.now() - 96 * DAY_MS);
});

test('a phone that was not seeded hands over the conversations it has had, as they look by then, inside its words', async () => {
  const [phone, friend, member] = [await world.phone(), await world.phone(), await world.phone()];
  const { group } = await control().createGroup({
    by: friend.account.phone,
    subject: 'Old friends',
    participants: [phone.account.phone, member.account.phone],
  });
  const say = (by: typeof phone, to: string, content: string | Record<string, unknown>) =>
    control().send(by.account.phone, { to, ...(typeof content === 'string' ? { text: content } : { content }) });
  const toPhone = phone.account.phone;
  const kept = await say(friend, toPhone, 'shop at nine');
  const answered = await say(phone, friend.account.phone, 'at ten');
  const taken = await say(friend, toPhone, 'never mind');
  const inGroup = await say(member, group, 'hello all');
  const own = { remoteJid: phone.account.jid('pn'), fromMe: true };
  const edited = { conversation: 'shop at eight' };
  await say(friend, toPhone, {
    protocolMessage: { type: 'MESSAGE_EDIT', key: { ...own, id: kept.id }, editedMessage: edited },
  });
  await say(friend, toPhone, { protocolMessage: { type: 'REVOKE', key: { ...own, id: taken.id } } });
  const key = { remoteJid: phone.account.jid('pn'), fromMe: false, id: answered.id };
  const reaction = await say(friend, toPhone, { reactionMessage: { key, text: 'ok' } });
  for (const { id } of [inGroup, reaction]) await control().waitForMessage(toPhone, (message) => message.id === id);

  const { messages, notices, untilMessages } = await linkedWith(phone, false);
  await untilMessages(3);
  const told = messages().map(({ key, message, reactions }) => [
    key.id,
    key.remoteJid,
    key.fromMe,
    key.participant ?? '',
    message?.conversation,
    reactions?.map(({ text }) => text) ?? [],
  ]);
  const chat = friend.account.jid('pn');
  expect(told).toHaveLength(3);
  expect(told).toEqual(
    expect.arrayContaining([
      [kept.id, chat, false, '', 'shop at eight', []],
      [answered.id, chat, true, '', 'at ten', ['ok']],
      [inGroup.id, group, false, member.account.jid('lid'), 'hello all', []],
    ]),
  );
  const times = new Map(messages().map(({ key, messageTimestamp }) => [key.id, Number(messageTimestamp) * 1_000]));
  expect(times.get(kept.id)).toBe(phone.records.received.find(({ id }) => id === kept.id)?.sentAtMs);
  expect(notices().every(({ initialHistBootstrapInlinePayload: bytes }) => (bytes?.length ?? 0) > 0)).toBe(true);
});

test('what comes after the link is not among what was before it', async () => {
  const [phone, friend] = [await world.phone(), await world.phone()];
  const say = (text: string) => control().send(friend.account.phone, { to: phone.account.phone, text });
  const { client, messages, notices } = await linkedWith(phone, false);
  await say('live');
  await client.received('live');
  const told = notices().length;
  expect(await control().handOverHistory(phone.account.phone)).toBeGreaterThan(0);
  await say('after it');
  await client.received('after it');
  expect(notices().length).toBeGreaterThan(told);
  expect(messages()).toEqual([]);
});

test('a chat with nobody is refused with the field that names it', async () => {
  const phone = await world.phone();
  await expect(
    control().seedHistory(phone.account.phone, { chats: [{ with: '62899999999999', messages: 1 }] }),
  ).rejects.toMatchObject({ status: 422, code: 'validation_failed' });
});
