import { expect, test } from 'vitest';
import { EventLog, linkProfile, type Product, untilConnected, waitFor } from '../../../packages/testkit/dist/index.js';
import { showLogsOnFailure } from '../support/use-product.js';

/** What is only said of groups; one of them kills the engine. */
export function groupTests(product: () => Product): void {
  /** As much of a JPEG as tells its size: 64 by 64. */
  const jpeg = Buffer.from('ffd8ffc0001108004000400301220002110103110100ffd9', 'hex');

  test('two numbers of one gateway and a phone talk in a group that one of them made, and the API tells it all', async () => {
    const { client, sandbox } = product();
    showLogsOnFailure(product());
    const log = await EventLog.open(client);
    const [host, guest] = [await linkProfile(product(), 'Host'), await linkProfile(product(), 'Guest')];
    const friend = await sandbox.createPhone({ name: 'Friend' });
    const { group, results } = await client.groups.create(host.profile.id, {
      subject: 'Orders',
      participants: [`+${friend.phone}`, `${guest.phone.lid}@lid`],
    });
    expect(results.map(({ outcome, phone }) => [outcome, phone])).toEqual([
      ['DONE', friend.phone],
      ['DONE', guest.phone.phone],
    ]);
    const ofGuest = ({ profileId }: { profileId: string | null }) => profileId === guest.profile.id;
    await log.waitFor('group.joined', (event) => ofGuest(event) && event.data.chat === group.id);

    const sent = await client.messages.send(host.profile.id, { type: 'TEXT', to: group.id, text: 'Hello all ✓' });
    const arrived = await log.waitFor('message.received', (event) => ofGuest(event) && event.data.chat === group.id);
    expect(arrived.data).toMatchObject({
      waMessageId: sent.waMessageId,
      content: { type: 'TEXT', text: 'Hello all ✓' },
      sender: { phone: host.phone.phone, lid: host.phone.lid },
    });
    expect(await sandbox.waitForMessage(friend.phone, ({ id }) => id === sent.waMessageId)).toMatchObject({
      text: 'Hello all ✓',
      group: group.id,
      copies: 1,
    });
    await log.waitFor('message.delivered', ({ data }) => data.messageId === sent.id);
    const answer = await client.messages.send(guest.profile.id, { type: 'TEXT', to: group.id, text: 'Hello host' });
    await sandbox.waitForMessage(friend.phone, ({ id }) => id === answer.waMessageId);
    await sandbox.read(friend.phone);
    const receipts = await waitFor(
      async () => {
        const { receipts: got = [] } = await client.messages.get(host.profile.id, sent.id);
        return got.some(({ phone, readAt }) => phone === friend.phone && readAt !== null) && got;
      },
      { what: 'the friend’s reading' },
    );
    expect(receipts.map(({ phone }) => phone).sort()).toEqual([friend.phone, guest.phone.phone].sort());
    expect((await client.messages.get(host.profile.id, sent.id)).status).toBe('DELIVERED');

    await client.profiles.disconnect(guest.profile.id);
    await waitFor(async () => (await client.profiles.get(guest.profile.id)).status === 'DISCONNECTED', {
      what: 'the guest to be away',
    });
    const missed = await sandbox.send(friend.phone, { to: group.id, text: 'Anybody there?' });
    await client.groups.update(host.profile.id, group.id, { subject: 'Orders and questions', announce: true });
    await client.profiles.connect(guest.profile.id);
    await untilConnected(client, guest.profile.id);
    await log.waitFor('message.received', (event) => ofGuest(event) && event.data.waMessageId === missed.id);
    await log.waitFor('group.updated', (event) => ofGuest(event) && event.data.chat === group.id);
    expect(await client.groups.get(guest.profile.id, group.id)).toMatchObject({
      subject: 'Orders and questions',
      announce: true,
      role: 'MEMBER',
      size: 3,
    });
    await client.groups.setPicture(host.profile.id, group.id, jpeg.toString('base64'));
    const pictured = await log.waitFor('group.picture', (event) => ofGuest(event) && event.data.chat === group.id);
    expect(pictured.data).toMatchObject({
      actor: { phone: host.phone.phone, lid: host.phone.lid },
      pictureId: expect.any(String),
    });
    const { url } = await client.groups.picture(guest.profile.id, group.id);
    expect(Buffer.from(await (await fetch(url ?? '')).arrayBuffer())).toEqual(jpeg);
    await sandbox.actInGroup(group.id, { do: 'ephemeralSeconds', by: host.phone.phone, to: 86_400 });
    await log.waitFor('conversation.timer', (event) => ofGuest(event) && event.data.seconds === 86_400);
    const { items } = await client.conversations.list(guest.profile.id);
    expect(items.find(({ chat }) => chat === group.id)).toMatchObject({
      title: 'Orders and questions',
      ephemeralSeconds: 86_400,
      peer: null,
    });
    const refused = await client.messages.send(guest.profile.id, { type: 'TEXT', to: group.id, text: 'May I?' });
    const failed = await log.waitFor('message.failed', ({ data }) => data.messageId === refused.id);
    expect(failed.data.code).toBe('group_admins_only');
    await log.close();
  });

  test('an engine killed amid messages of a group loses none and shows none twice', async () => {
    const { client, sandbox, services } = product();
    showLogsOnFailure(product());
    const log = await EventLog.open(client);
    const { profile, phone } = await linkProfile(product(), 'Killed');
    const friend = await sandbox.createPhone({ name: 'Writer' });
    const { group } = await sandbox.createGroup({ by: friend.phone, subject: 'Busy', participants: [phone.phone] });
    await log.waitFor('group.joined', ({ data }) => data.chat === group);
    const texts = Array.from({ length: 40 }, (_, index) => `out ${index}`);
    const written: string[] = [];
    const writing = (async () => {
      for (let index = 0; index < texts.length; index += 1) {
        written.push((await sandbox.send(friend.phone, { to: group, text: `in ${index}` })).id);
      }
    })();
    for (const text of texts) await client.messages.send(profile.id, { type: 'TEXT', to: group, text });
    await sandbox.waitForMessage(friend.phone, ({ text }) => text === 'out 5', 30_000);
    await services.kill('engine-sandbox');
    await writing;
    await services.start('engine-sandbox');
    await sandbox.waitForMessage(friend.phone, ({ text }) => text === texts.at(-1), 60_000);
    const { messages } = await sandbox.messages(friend.phone, { limit: 500 });
    expect(messages.map(({ text }) => text)).toEqual(texts);
    const received = () => log.of('message.received').filter(({ data }) => data.chat === group);
    await waitFor(() => received().length >= written.length, { what: 'all that was written', timeoutMs: 30_000 });
    expect(received().map(({ data }) => data.waMessageId)).toEqual(written);
    await log.close();
  }, 120_000);
}
