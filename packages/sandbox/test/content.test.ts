import { randomBytes } from 'node:crypto';
import type { proto } from '@whiskeysockets/baileys';
import { describe, expect, it } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);

describe('a virtual phone', () => {
  it('sends any message of the protocol, byte for byte, with the label a real client gives it', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    const secret = randomBytes(32);
    const content = {
      pollCreationMessageV3: { name: 'Tea?', options: [{ optionName: 'yes' }], selectableOptionsCount: 1 },
      messageContextInfo: { messageSecret: secret.toString('base64') },
    };
    const sent = await control().send(friend.account.phone, { to: owner.account.phone, content });
    const upsert = await client.until('poll', () => client.upsertsOf(sent.id)[0]);
    expect(upsert.message.message?.pollCreationMessageV3?.options).toMatchObject([{ optionName: 'yes' }]);
    expect(Buffer.from(upsert.message.message?.messageContextInfo?.messageSecret ?? [])).toEqual(secret);
    expect((await control().sentMessage(friend.account.phone, sent.id)).content).toMatchObject(content);
    const lines = await control().trace({ phone: owner.account.phone });
    expect(lines.some(({ text }) => text.includes(sent.id) && text.includes('type=poll'))).toBe(true);
  });

  it('shows the whole of what it received, words that change earlier messages among them', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    const to = friend.account.jid('pn');
    const id = await client.sendText(to, 'frist');
    const edit: proto.IMessage = {
      protocolMessage: { key: { id, fromMe: true, remoteJid: to }, type: 14, editedMessage: { conversation: 'first' } },
    };
    const editId = await client.sock.relayMessage(to, edit, { additionalAttributes: { edit: '1' } });
    const record = await eventually('edit', () => friend.records.received.find((one) => one.id === editId));
    expect(record).toMatchObject({
      type: 'protocolMessage',
      content: {
        protocolMessage: { key: { id }, type: 'MESSAGE_EDIT', editedMessage: { conversation: 'first' } },
      },
    });
  });

  it('sends any message again to a client that could not read it', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    await friend.sendText({ to: owner.account.phone, text: 'a session first' });
    await client.received('a session first');
    await control().addFault({
      direction: 'out',
      match: { tag: 'message', phone: owner.account.phone },
      action: { do: 'corrupt' },
      times: 1,
    });
    const content = { locationMessage: { degreesLatitude: -6.9, degreesLongitude: 107.6, name: 'Bandung' } };
    const { id } = await control().send(friend.account.phone, { to: owner.account.phone, content });
    await client.until('resend', () =>
      client.upsertsOf(id).find(({ message }) => message.message?.locationMessage?.name === 'Bandung'),
    );
    await control().clearFaults();
  });

  it('refuses what is no message', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const send = (content: Record<string, unknown>) =>
      control().send(friend.account.phone, { to: owner.account.phone, content });
    for (const content of [{}, { nothing: 1 }, { locationMessage: 'here' }]) {
      await expect(send(content)).rejects.toMatchObject({ status: 422, code: 'validation_failed' });
    }
  });
});

it('asks nothing of the sandbox that it does not know', () => {
  expect(world.network.core.network.unknown.list()).toEqual([]);
});
