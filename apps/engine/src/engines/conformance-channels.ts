import assert from 'node:assert/strict';
import type { Case } from './conformance-bench.js';
import { partly } from './partly.js';

/** What an engine that claims channels must do. */
export const channelConformance: Readonly<Record<'channels', Case>> = {
  channels: async ({ channels, sendTo, attempt, friend, file, channelPost }) => {
    const { channel: own } = await channels.create({ name: 'News', description: 'All that is new.' });
    partly(own, { name: 'News', description: 'All that is new.', role: 'OWNER' });
    const text = await sendTo(own.chat, { type: 'TEXT', text: 'the first' });
    const media = file('image/jpeg');
    const image = await sendTo(own.chat, { type: 'IMAGE', media, caption: 'a picture' });
    const { posts } = await channels.posts({ chat: own.chat, count: 10, before: null });
    partly(posts[0] ?? {}, { serverId: 2, waMessageId: image, type: 'IMAGE', text: 'a picture' });
    assert.equal(posts[0]?.media?.sha256, media.sha256);
    partly(posts[1] ?? {}, { serverId: 1, waMessageId: text, type: 'TEXT', text: 'the first' });
    const older = await channels.posts({ chat: own.chat, count: 10, before: 2 });
    assert.deepEqual(
      older.posts.map(({ serverId }) => serverId),
      [1],
    );

    const theirs = await friend.makeChannel('Theirs');
    const { channel: found } = await channels.find({ code: theirs.inviteCode });
    partly(found, { chat: theirs.chat, name: 'Theirs', role: 'GUEST' });
    partly(await attempt(theirs.chat, { type: 'TEXT', text: 'mine' }), { code: 'channel_admin_required' });
    await channels.follow({ chat: theirs.chat, follow: true });
    const followed = async () => (await channels.list({})).channels.map(({ chat }) => chat);
    assert.ok((await followed()).includes(theirs.chat));
    await friend.postTo(theirs.chat, { conversation: 'hello readers' });
    partly(await channelPost(theirs.chat, 1), { type: 'TEXT', text: 'hello readers' });
    await channels.follow({ chat: theirs.chat, follow: false });
    assert.ok(!(await followed()).includes(theirs.chat));
    const unknown = '120363000000000000@newsletter';
    partly(await attempt(unknown, { type: 'TEXT', text: 'nobody' }), { code: 'channel_unknown' });
    await assert.rejects(channels.info({ chat: unknown }), { code: 'channel_not_found' });
  },
};
