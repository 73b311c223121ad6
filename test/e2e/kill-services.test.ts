import { beforeAll, expect, test } from 'vitest';
import { EventLog, type LinkedProfile, linkProfile, untilConnected } from '../../packages/testkit/dist/index.js';
import { startTraffic } from './support/two-way-traffic.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const COUNT = 200;
const product = useProduct();
let linked: LinkedProfile;

beforeAll(async () => {
  linked = await linkProfile(product(), 'Survivor');
});

test.each(['gateway', 'events', 'scheduler', 'engine-sandbox'] as const)(
  'kill -9 of %s amid 200 messages each way loses none and doubles none',
  async (name) => {
    showLogsOnFailure(product());
    const traffic = await startTraffic(product(), linked, COUNT, name);
    await traffic.untilUnderway(COUNT / 4);
    await product().services.kill(name);
    // Without the gateway nothing more is accepted; the others are missed for longer.
    if (name !== 'gateway') await traffic.untilUnderway(COUNT / 2);
    await product().services.start(name);
    // A killed engine may have sent what it had not yet noted. Its successor sends that again under the same WhatsApp id,
    // which the network carries twice and a phone shows once, in its first place: it cannot ask WhatsApp what has arrived.
    await traffic.expectExactlyOnce({ inOneCopy: name !== 'engine-sandbox' });
  },
  120_000,
);

test('the history of a phone is imported once through kill -9 of engine and events, and live messages keep order, count and pace', async () => {
  showLogsOnFailure(product());
  const { client, sandbox, services } = product();
  const friends = await sandbox.createPhones({ count: 30 });
  const [friend] = friends;
  if (!friend) throw new Error('nobody was made');
  const log = await EventLog.open(client);
  const { profile, phone } = await linkProfile(product(), 'Historian', async (made) => {
    const historySync = { mode: 'RECENT', days: 60, messagesPerChat: 1_000 } as const;
    await client.profiles.update(made.profile.id, { settings: { historySync } });
    const kinds = ['text' as const, 'image' as const, 'poll' as const];
    const chats = friends.map(({ phone: other }) => ({
      with: other,
      name: `Contact ${other}`,
      messages: 90,
      days: 40,
      kinds,
    }));
    await sandbox.seedHistory(made.phone.phone, { chats, messagesPerChunk: 300 });
  });
  const ofProfile = <T extends { profileId: string | null }>(event: T) => event.profileId === profile.id;
  const live: string[] = [];
  const say = async (text: string) => {
    live.push((await sandbox.send(friend.phone, { to: phone.phone, text })).id);
  };
  const told = (fits: (data: { state: string; progress: number }) => boolean) =>
    log.waitFor('profile.history', (event) => ofProfile(event) && fits(event.data), 60_000);

  await say('live 1');
  await told(({ state }) => state === 'RUNNING');
  await services.kill('engine-sandbox');
  await say('live 2');
  await services.start('engine-sandbox');
  await told(({ progress }) => progress > 0);
  await services.kill('events');
  await say('live 3');
  await services.start('events');
  await say('live 4');
  // What arrives now does not wait for the end of what was.
  const arrived = await log.waitFor('message.received', ({ data }) => data.waMessageId === live[3], 60_000);
  const complete = await told(({ state }) => state === 'COMPLETE');
  expect(complete.data).toMatchObject({ messages: 2_700, failedChunks: 0, progress: 100 });
  // The chat with the friend may have been made by what arrived.
  expect(complete.data.chats).toBeGreaterThanOrEqual(friends.length - 1);
  expect(await client.profiles.history(profile.id)).toMatchObject({ state: 'COMPLETE', messages: 2_700 });
  expect(arrived.sequence).toBeLessThan(complete.sequence);

  const received = log.of('message.received').filter(ofProfile);
  expect(received.map(({ data }) => data.waMessageId)).toEqual(live);
  const ofThis = log.seen.filter(ofProfile).map(({ sequence }) => sequence);
  expect(ofThis).toEqual(ofThis.map((_, index) => (ofThis[0] ?? 0) + index));
  const { items } = await client.messages.list(profile.id, { to: friend.phone, limit: 100 });
  expect(items.slice(0, 4).map(({ waMessageId }) => waMessageId)).toEqual([...live].reverse());
  expect(items.map(({ origin }) => origin)).toEqual([...live.map(() => 'PHONE'), ...Array(90).fill('HISTORY')]);
  // WhatsApp tells seconds of what waited, and of what came straight through our own clock is more exact.
  const times = items.slice(live.length).map(({ timestamp }) => Date.parse(timestamp));
  expect(times).toEqual([...times].sort((one, other) => other - one));
  const { items: conversations } = await client.conversations.list(profile.id, { limit: 100 });
  const unread = conversations.map(({ chat, unreadCount }) => [chat, unreadCount]);
  expect(conversations).toHaveLength(30);
  expect(unread.filter(([, count]) => count !== 0)).toEqual([[`${friend.phone}@s.whatsapp.net`, live.length]]);
  expect(conversations[0]?.lastMessageId).toBe(items[0]?.id);
  const { items: contacts } = await client.contacts.list(profile.id, { limit: 100 });
  expect(contacts.every(({ phone: other, lid, name }) => lid !== null && name === `Contact ${other}`)).toBe(true);

  // The file of an old message comes when it is asked for, from the hosts, or from the phone once they keep it no longer.
  const picture = items.find(({ type, origin }) => type === 'IMAGE' && origin === 'HISTORY');
  await client.messages.refetchMedia(profile.id, picture?.id ?? '');
  const { data } = await log.waitFor('message.media', ({ data: { media } }) => media.state === 'READY');
  expect(data).toMatchObject({ messageId: picture?.id, media: { mimeType: 'image/png' } });
  await log.close();
}, 180_000);

test('a restart of everything, servers and network too, keeps the link: no new QR, and messages go on', async () => {
  showLogsOnFailure(product());
  const { client, sandbox } = product();
  const [before] = await sandbox.companions(linked.phone.phone);
  const cursorBefore = await EventLog.open(client, { profileId: linked.profile.id });
  const traffic = await startTraffic(product(), linked, 4, 'before');
  await traffic.expectExactlyOnce();
  const last = cursorBefore.seen.at(-1);
  await cursorBefore.close();
  await product().restart();
  await untilConnected(client, linked.profile.id);
  const after = await startTraffic(product(), linked, 20, 'after');
  await after.expectExactlyOnce();
  const companions = await sandbox.companions(linked.phone.phone);
  expect(companions.map(({ device, linkedAt }) => ({ device, linkedAt }))).toEqual([
    { device: before?.device, linkedAt: before?.linkedAt },
  ]);
  const since = await EventLog.open(client, { profileId: linked.profile.id, after: last?.cursor });
  await since.waitFor('profile.status', ({ data }) => data.status === 'CONNECTED');
  expect(since.of('profile.qr')).toEqual([]);
  await since.close();
}, 120_000);
