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

test('a chat with nobody is refused with the field that names it', async () => {
  const phone = await world.phone();
  await expect(
    control().seedHistory(phone.account.phone, { chats: [{ with: '62899999999999', messages: 1 }] }),
  ).rejects.toMatchObject({ status: 422, code: 'validation_failed' });
});
