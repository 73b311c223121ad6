import { generateMessageIDV2, proto } from '@whiskeysockets/baileys';
import { afterEach, expect, test } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import type { RealClient } from './support/real-client.js';
import { useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);
const { PLACEHOLDER_MESSAGE_RESEND } = proto.Message.PeerDataOperationRequestType;

afterEach(() => control().clearFaults());

/** The answers of its phone that a client got, to what it asked by itself or was told to ask. */
const answers = ({ upserts }: RealClient) =>
  upserts.flatMap(({ message }) => message.message?.protocolMessage?.peerDataOperationRequestResponseMessage ?? []);

/** What the client's only device gets of the message with this id is made unreadable. */
const spoil = (phone: string, id: string, action: { do: 'corrupt' } | { do: 'withhold' }) =>
  control().addFault({ direction: 'out', match: { tag: 'message', phone, device: 1, attrs: { id } }, action });

test('a phone hands its companion a message that its sender does not repeat', async () => {
  const [phone, friend] = [await world.phone(), await world.phone()];
  const client = await world.linked(phone);
  const id = generateMessageIDV2();
  await spoil(phone.account.phone, id, { do: 'corrupt' });
  await control().addFault({
    direction: 'in',
    match: { tag: 'receipt', phone: phone.account.phone, attrs: { type: 'retry' } },
    action: { do: 'drop' },
  });
  await control().send(friend.account.phone, { to: phone.account.phone, text: 'garbled', id });
  const { message } = await client.received('garbled');
  const [kept] = phone.records.received;
  expect(message).toMatchObject({ key: { id, fromMe: false }, pushName: friend.account.record.name });
  expect(Number(message.messageTimestamp) * 1_000).toBe(kept?.sentAtMs);
  expect(answers(client)).toHaveLength(1);
});

test('a message that comes without its content is handed over by the phone that has it', async () => {
  const [phone, friend] = [await world.phone(), await world.phone()];
  const client = await world.linked(phone);
  const id = generateMessageIDV2();
  await spoil(phone.account.phone, id, { do: 'withhold' });
  await control().send(friend.account.phone, { to: phone.account.phone, text: 'absent', id, addressing: 'lid' });
  const { message } = await client.received('absent');
  expect(message.key).toMatchObject({ id, remoteJid: friend.account.jid('lid') });
});

test('a phone says of a message that it lacks that it has nothing', async () => {
  const [phone, friend] = [await world.phone(), await world.phone()];
  const client = await world.linked(phone);
  const key = { remoteJid: friend.account.jid('pn'), fromMe: false, id: 'LACKING' };
  const stanzaId = await client.sock.requestPlaceholderResend(key);
  const [answer] = await client.until('the answer', () => answers(client).length > 0 && answers(client));
  expect(answer).toMatchObject({ peerDataOperationRequestType: PLACEHOLDER_MESSAGE_RESEND, stanzaId });
  expect(answer?.peerDataOperationResult).toHaveLength(1);
  expect(answer?.peerDataOperationResult?.[0]?.placeholderMessageResendResponse?.webMessageInfoBytes).toBeFalsy();
});

test('a phone that was off answers when it is on again', async () => {
  const [phone, friend] = [await world.phone(), await world.phone()];
  const client = await world.linked(phone);
  const { id } = await control().send(friend.account.phone, { to: phone.account.phone, text: 'known' });
  await control().waitForMessage(phone.account.phone, (message) => message.id === id);
  await phone.switch(false);
  await client.sock.requestPlaceholderResend({ remoteJid: friend.account.jid('pn'), fromMe: false, id });
  expect(answers(client)).toEqual([]);
  await phone.switch(true);
  await client.until('the answer', () => answers(client).length > 0);
  expect(client.upsertsOf(id).map(({ message }) => message.message?.conversation)).toEqual(['known', 'known']);
});
