import { expect, test } from 'vitest';
import { EventLog, linkProfile, type Product, waitFor } from '../../../packages/testkit/dist/index.js';
import { showLogsOnFailure } from '../support/use-product.js';

/** Statuses and channels, which have one writer and many readers. */
export function channelTests(product: () => Product): void {
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
    const statusId = arrived.data.messageId;
    expect((await client.status.see(profile.id, statusId)).seenAt).not.toBeNull();
    await waitFor(async () => (await sandbox.sentMessage(friend.phone, posted.id)).status === 'read', {
      what: 'its author to know that it was seen',
    });
    const liked = await client.status.react(profile.id, statusId, { emoji: '💚' });
    const like = await sandbox.waitForMessage(friend.phone, (message) => message.id === liked.waMessageId);
    expect(like).toMatchObject({
      group: 'status@broadcast',
      content: {
        reactionMessage: { text: '💚', key: { remoteJid: 'status@broadcast', id: posted.id, fromMe: false } },
      },
    });
    await log.waitFor('status.reaction', (event) => event.data.messageId === statusId && event.data.fromMe);
    expect((await client.status.get(profile.id, statusId)).reactions).toMatchObject([{ emoji: '💚', fromMe: true }]);
    expect((await sandbox.messages(stranger.phone)).messages).toEqual([]);
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
}
