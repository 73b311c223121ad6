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
  expect(JSON.stringify(log.seen)).not.toContain('secret');
  await log.close();
});
