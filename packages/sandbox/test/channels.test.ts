import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BinaryNode, getAllBinaryNodeChildren, getBinaryNodeChild } from '@whiskeysockets/baileys';
import { expect, it } from 'vitest';
import { createSandboxClient, startSandbox } from '../src/index.js';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);

it('a client makes a channel and posts to it; another finds it by its link, follows it and gets what is posted', async () => {
  const [owner, reader] = [await world.phone(), await world.phone()];
  const [client, other] = [await world.linked(owner), await world.linked(reader)];
  const made = await client.sock.newsletterCreate('News', 'All that is new.');
  expect(made).toMatchObject({ name: 'News', description: 'All that is new.', subscribers: 1, mute_state: 'OFF' });
  const found = await other.sock.newsletterMetadata('invite', made.invite ?? '');
  expect(found).toMatchObject({ id: made.id, viewer_metadata: { role: 'GUEST' } });
  await expect(other.sock.newsletterMetadata('invite', 'nonsense')).rejects.toMatchObject({ data: expect.anything() });
  await other.sock.newsletterFollow(made.id);
  expect(await other.sock.newsletterMetadata('jid', made.id)).toMatchObject({
    viewer_metadata: { role: 'SUBSCRIBER' },
  });

  const ack = new Promise<BinaryNode>((resolve) => client.sock.ws.on('CB:ack,class:message', resolve));
  const id = await client.sendText(made.id, 'the first');
  expect((await ack).attrs).toMatchObject({ id, from: made.id, server_id: '1' });
  expect((await other.received('the first')).message.key).toMatchObject({ id, remoteJid: made.id, server_id: '1' });
  await eventually('an acked post', () => reader.account.outbox(1).size === 0);
  await other.sendText(made.id, 'not allowed', 'REFUSED1');
  await other.status('REFUSED1', 0);

  await control().actInChannel(made.id, {
    do: 'post',
    by: owner.account.phone,
    content: { conversation: 'the second' },
  });
  expect((await other.received('the second')).message.key).toMatchObject({ server_id: '2' });
  expect((await client.received('the second')).message.key).toMatchObject({ remoteJid: made.id });

  expect(await other.sock.subscribeNewsletterUpdates(made.id)).toEqual({ duration: '300' });
  const counts = new Promise<BinaryNode>((resolve) => other.sock.ws.on('CB:notification,type:newsletter', resolve));
  await client.sock.newsletterReactMessage(made.id, '1', '❤️');
  const [live] = getAllBinaryNodeChildren(await counts);
  const [message] = getAllBinaryNodeChildren(getBinaryNodeChild(live, 'messages') as BinaryNode);
  expect(getAllBinaryNodeChildren(getBinaryNodeChild(message, 'reactions') as BinaryNode)[0]?.attrs).toEqual({
    code: '❤️',
    count: '1',
  });
  const updates = (await other.sock.newsletterFetchMessages(made.id, 10, 0, 0)) as BinaryNode;
  const messages = getBinaryNodeChild(getBinaryNodeChild(updates, 'message_updates'), 'messages') as BinaryNode;
  expect(getAllBinaryNodeChildren(messages).map(({ attrs }) => attrs.server_id)).toEqual(['1', '2']);
  await other.sock.newsletterUnfollow(made.id);
  expect((await control().channel(made.id)).followers).toEqual([]);
  expect(await control().unknown()).toEqual([]);
});

it('a channel and its posts survive the network', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'multiwa-channels-'));
  const first = await startSandbox({ dataDir, preKeyCount: 100 });
  const before = createSandboxClient(first.controlUrl);
  const { phone } = await before.createPhone();
  const { channel } = await before.createChannel({ by: phone, name: 'Kept' });
  await before.actInChannel(channel, { do: 'post', by: phone, content: { conversation: 'kept' } });
  const view = await before.actInChannel(channel, { do: 'react', by: phone, serverId: 1, emoji: '👍' });
  await first.stop();
  const second = await startSandbox({ dataDir, preKeyCount: 100 });
  expect(await createSandboxClient(second.controlUrl).channel(channel)).toEqual(view);
  await second.stop();
  await rm(dataDir, { recursive: true, force: true });
});
