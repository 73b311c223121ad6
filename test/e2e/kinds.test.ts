import { expect, test } from 'vitest';
import { EventLog, linkProfile, waitFor } from '../../packages/testkit/dist/index.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const product = useProduct({ durable: false });

test('every kind goes from a number to a phone and back, and what is said about messages holds on both sides', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { profile, phone } = await linkProfile(product(), 'Kinds');
  const friend = await sandbox.createPhone({ name: 'Friend' });
  const to = friend.phone;
  const send = async (body: Parameters<typeof client.messages.send>[1]) => {
    const { id, waMessageId } = await client.messages.send(profile.id, body);
    const { content } = await sandbox.waitForMessage(to, (message) => message.id === waMessageId);
    return { id, waMessageId, content };
  };
  const say = async (content: Record<string, unknown>) => {
    const { id } = await sandbox.send(to, { to: phone.phone, content });
    const { data } = await log.waitFor('message.received', (event) => event.data.waMessageId === id);
    return { ...data, waMessageId: id };
  };

  const text = await send({ type: 'TEXT', to, text: 'Halo' });
  const place = await send({ type: 'LOCATION', to, latitude: -6.9, longitude: 107.6, name: 'Toko' });
  expect(place.content).toMatchObject({ locationMessage: { degreesLatitude: -6.9, name: 'Toko' } });
  const card = await send({ type: 'CONTACT', to, contacts: [{ name: 'Siti', phone: '+62 811-2223-334' }] });
  expect(card.content).toMatchObject({ contactMessage: { vcard: expect.stringContaining('waid=628112223334') } });

  const asked = await say({ conversation: 'how much?' });
  const answer = await send({ type: 'TEXT', to, text: 'ten', quote: { messageId: asked.messageId } });
  expect(answer.content).toMatchObject({
    extendedTextMessage: { contextInfo: { stanzaId: asked.waMessageId, quotedMessage: { conversation: 'how much?' } } },
  });
  expect(await say({ locationMessage: { degreesLatitude: 1, degreesLongitude: 2 } })).toMatchObject({
    type: 'LOCATION',
  });
  expect(await say({ contactMessage: { displayName: 'Budi', vcard: 'BEGIN:VCARD\nEND:VCARD' } })).toMatchObject({
    type: 'CONTACT',
  });
  expect(await say({ eventMessage: { name: 'A party' } })).toMatchObject({
    content: { type: 'UNSUPPORTED', rawType: 'eventMessage' },
  });

  const reaction = await send({ type: 'REACTION', messageId: asked.messageId, emoji: '👍' });
  expect(reaction.content).toMatchObject({ reactionMessage: { key: { id: asked.waMessageId }, text: '👍' } });
  await log.waitFor('message.reaction', ({ data }) => data.messageId === asked.messageId && data.fromMe);
  const key = { remoteJid: `${to}@s.whatsapp.net`, id: text.waMessageId, fromMe: false };
  await sandbox.send(to, { to: phone.phone, content: { reactionMessage: { key, text: '❤️' } } });
  await log.waitFor('message.reaction', ({ data }) => data.messageId === text.id && data.emoji === '❤️');
  expect(await client.messages.get(profile.id, text.id)).toMatchObject({
    reactions: [{ emoji: '❤️', fromMe: false, sender: { phone: to } }],
  });

  const edit = await send({ type: 'EDIT', messageId: text.id, text: 'Halo!' });
  expect(edit.content).toMatchObject({ protocolMessage: { key: { id: text.waMessageId }, type: 'MESSAGE_EDIT' } });
  await log.waitFor('message.edited', ({ data }) => data.messageId === text.id);
  expect(await client.messages.get(profile.id, text.id)).toMatchObject({ content: { text: 'Halo!' } });
  const theirs = { remoteJid: `${to}@s.whatsapp.net`, id: asked.waMessageId, fromMe: true };
  const correction = { key: theirs, type: 'MESSAGE_EDIT', editedMessage: { conversation: 'how many?' } };
  await sandbox.send(to, { to: phone.phone, content: { protocolMessage: correction } });
  await log.waitFor('message.edited', ({ data }) => data.messageId === asked.messageId);
  await sandbox.send(to, { to: phone.phone, content: { protocolMessage: { key: theirs, type: 'REVOKE' } } });
  await log.waitFor('message.deleted', ({ data }) => data.messageId === asked.messageId);
  expect(await client.messages.get(profile.id, asked.messageId)).toMatchObject({
    content: { type: 'DELETED' },
    deletedAt: expect.any(String),
  });
  await send({ type: 'DELETE', messageId: text.id });
  await log.waitFor('message.deleted', ({ data }) => data.messageId === text.id && data.fromMe);

  const forwarded = await client.messages.forward(profile.id, place.id, { to });
  expect((await sandbox.waitForMessage(to, ({ id }) => id === forwarded.waMessageId)).content).toMatchObject({
    locationMessage: { name: 'Toko', contextInfo: { isForwarded: true } },
  });

  await say({ extendedTextMessage: { text: 'gone tomorrow', contextInfo: { expiration: 86_400 } } });
  expect((await send({ type: 'TEXT', to, text: 'mine too' })).content).toMatchObject({
    extendedTextMessage: { contextInfo: { expiration: 86_400 } },
  });
  expect(await sandbox.unknown()).toEqual([]);
  await log.close();
});

test('votes are tallied in polls that were sent and that came in, also between two numbers of one gateway', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const [ada, bob] = [await linkProfile(product(), 'Ada'), await linkProfile(product(), 'Bob')];
  const options = ['Morning', 'Evening'];
  const poll = await client.messages.send(ada.profile.id, {
    type: 'POLL',
    to: bob.phone.phone,
    question: 'When?',
    options,
    multiple: false,
  });
  const arrived = await log.waitFor('message.received', ({ profileId }) => profileId === bob.profile.id);
  expect(arrived.data).toMatchObject({ type: 'POLL', content: { question: 'When?', options, multiple: false } });
  await sandbox.waitForMessage(bob.phone.phone, ({ id }) => id === poll.waMessageId);
  for (const chosen of [['Morning'], ['Evening']]) await sandbox.vote(bob.phone.phone, poll.waMessageId, chosen);
  const tallies = [
    [ada.profile.id, poll.id, false],
    [bob.profile.id, arrived.data.messageId, true],
  ] as const;
  for (const [profileId, messageId, fromMe] of tallies) {
    const detail = await waitFor(
      async () => {
        const { poll: tally } = await client.messages.get(profileId, messageId);
        return tally?.options[1]?.votes === 1 && tally;
      },
      { what: 'the last vote to be counted' },
    );
    expect(detail).toMatchObject({
      voters: 1,
      options: [
        { option: 'Morning', votes: 0 },
        { option: 'Evening', votes: 1, voters: [{ fromMe }] },
      ],
    });
  }
  await log.waitFor('poll.vote', ({ data }) => data.messageId === poll.id && data.options[0] === 'Evening');
  const vote = { type: 'VOTE' as const, messageId: arrived.data.messageId, options: ['Morning'] };
  await client.messages.send(bob.profile.id, vote);
  for (const [, messageId, fromMe] of tallies) {
    const { data } = await log.waitFor(
      'poll.vote',
      (event) =>
        event.data.messageId === messageId && event.data.options[0] === 'Morning' && event.data.tally[1]?.votes === 0,
    );
    expect(data).toMatchObject({ fromMe, tally: [{ votes: 1 }, { votes: 0 }] });
  }
  expect(JSON.stringify(log.seen)).not.toContain('secret');
  await log.close();
});

test('a status reaches its audience and tells who saw it, and those of others are kept apart from conversations', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { profile, phone } = await linkProfile(product(), 'Stories');
  await client.profiles.update(profile.id, { settings: { receiveStatuses: true } });
  const [friend, stranger] = [await sandbox.createPhone(), await sandbox.createPhone()];
  const { id, waMessageId } = await client.status.post(profile.id, {
    type: 'TEXT',
    text: 'open today',
    backgroundColor: '#1f7a4d',
    audience: [friend.phone],
  });
  const seen = await sandbox.waitForMessage(friend.phone, (message) => message.id === waMessageId);
  expect(seen).toMatchObject({ group: 'status@broadcast', content: { extendedTextMessage: { text: 'open today' } } });
  await log.waitFor('status.sent', ({ data }) => data.messageId === id);
  await sandbox.read(friend.phone, [waMessageId]);
  const { data } = await log.waitFor('status.viewed', (event) => event.data.messageId === id);
  expect(data.viewer).toEqual({ phone: friend.phone, lid: friend.lid });
  expect(await client.status.get(profile.id, id)).toMatchObject({ views: 1, viewers: [{ phone: friend.phone }] });
  await client.status.delete(profile.id, id);
  await log.waitFor('status.deleted', (event) => event.data.messageId === id && event.data.fromMe);
  await sandbox.waitForMessage(friend.phone, ({ content }) => JSON.stringify(content).includes('REVOKE'));
  expect((await sandbox.messages(stranger.phone)).messages).toEqual([]);

  const to = [phone.phone];
  const descriptor = await sandbox.uploadMedia(friend.phone, 'image', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]));
  const content = { imageMessage: { ...descriptor, mimetype: 'image/jpeg', caption: 'menu' } };
  const posted = await sandbox.postStatus(friend.phone, { to, content });
  const arrived = await log.waitFor('status.received', (event) => event.data.waMessageId === posted.id);
  expect(arrived.data).toMatchObject({ type: 'IMAGE', sender: { phone: friend.phone, lid: friend.lid } });
  await log.waitFor('status.media', (event) => event.data.media.state === 'READY');
  expect((await client.status.list(profile.id, { fromMe: 'false' })).items).toMatchObject([
    { id: arrived.data.messageId, content: { caption: 'menu', media: { state: 'READY', url: expect.any(String) } } },
  ]);
  const key = { remoteJid: 'status@broadcast', id: posted.id, fromMe: true };
  await sandbox.postStatus(friend.phone, { to, content: { protocolMessage: { key, type: 'REVOKE' } } });
  await log.waitFor('status.deleted', (event) => event.data.messageId === arrived.data.messageId);
  const chats = (await client.conversations.list(profile.id)).items.map(({ chat }) => chat);
  expect(chats).not.toContain('status@broadcast');
  await log.close();
});

test('a channel is made, followed and read, and posts reach its readers as events', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const [ada, bob] = [await linkProfile(product(), 'Writer'), await linkProfile(product(), 'Reader')];
  const made = await client.channels.create(ada.profile.id, { name: 'News', description: 'All that is new.' });
  const { id, role } = await client.channels.find(bob.profile.id, made.inviteUrl ?? '');
  expect([id, role]).toEqual([made.id, 'GUEST']);
  await client.channels.follow(bob.profile.id, id);
  expect(await client.channels.list(bob.profile.id)).toMatchObject([{ id, role: 'SUBSCRIBER', subscribers: 2 }]);

  const text = await client.channels.post(ada.profile.id, id, { type: 'TEXT', text: 'the first' });
  await log.waitFor('channel.post.sent', ({ data }) => data.messageId === text.id);
  const read = await log.waitFor('channel.post.received', ({ profileId }) => profileId === bob.profile.id);
  expect(read.data).toMatchObject({
    chat: id,
    post: { serverId: 1, waMessageId: text.waMessageId, text: 'the first' },
  });
  const picture = new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])]);
  const media = await client.media.upload(picture, { fileName: 'menu.jpg' });
  await client.channels.post(ada.profile.id, id, { type: 'IMAGE', media: { id: media.id }, caption: 'menu' });
  const shown = await log.waitFor('channel.post.received', ({ data }) => data.post.serverId === 2);
  expect(shown.data.post).toMatchObject({ type: 'IMAGE', text: 'menu', media: { sha256: media.sha256 } });
  await sandbox.actInChannel(id, { do: 'react', by: bob.phone.phone, serverId: 1, emoji: '👍' });
  const { items } = await client.channels.posts(bob.profile.id, id, { limit: 1 });
  expect(items).toMatchObject([{ serverId: 2 }]);
  const all = await client.channels.posts(ada.profile.id, id);
  expect(all.items[1]).toMatchObject({ serverId: 1, reactions: [{ emoji: '👍', count: 1 }] });
  expect(all.nextCursor).toBeNull();

  const refusal = client.channels.post(bob.profile.id, id, { type: 'TEXT', text: 'mine' });
  await expect(refusal).rejects.toMatchObject({ code: 'channel_admin_required' });
  await client.channels.unfollow(bob.profile.id, id);
  expect(await client.channels.list(bob.profile.id)).toEqual([]);
  const chats = (await client.conversations.list(ada.profile.id)).items.map(({ chat }) => chat);
  expect(chats).not.toContain(id);
  await log.close();
});
