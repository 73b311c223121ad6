import { expect, it } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import type { VirtualPhone } from '../src/phone/virtual-phone.js';
import { textOf } from './support/real-client.js';
import { eventually, useWorld } from './support/world.js';

const STATUS = 'status@broadcast';
const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);

async function arrival(phone: VirtualPhone, id: string) {
  return eventually(`status ${id}`, () => phone.records.received.find((one) => one.id === id));
}

it('a status of a client reaches those it names, each time anew, and tells who saw it', async () => {
  const [owner, friend, other] = [await world.phone(), await world.phone(), await world.phone()];
  const client = await world.linked(owner);
  const post = (text: string, audience: VirtualPhone[]) =>
    client.sock.relayMessage(
      STATUS,
      { extendedTextMessage: { text, backgroundArgb: 0xff1f7a4d, font: 2 } },
      { statusJidList: [...audience, owner].map(({ account }) => account.jid('pn')) },
    );
  const first = await post('to both', [friend, other]);
  for (const phone of [friend, other]) {
    expect(await arrival(phone, first)).toMatchObject({ text: 'to both', group: STATUS, copies: 1 });
  }
  expect(await arrival(owner, first)).toMatchObject({ fromMe: true });
  const second = await post('to one', [friend]);
  await arrival(friend, second);
  const third = await post('to the other', [other]);
  expect((await arrival(other, third)).content).toMatchObject({ extendedTextMessage: { font: 'FB_SCRIPT' } });
  expect(other.records.received.map(({ id }) => id)).toEqual([first, third]);

  const seen = new Promise<unknown>((resolve) => {
    client.sock.ev.on('message-receipt.update', (updates) => {
      const read = updates.find(({ receipt }) => receipt.readTimestamp);
      if (read) resolve(read);
    });
  });
  await friend.read([first]);
  expect(await seen).toMatchObject({
    key: { remoteJid: STATUS, id: first },
    receipt: { userJid: friend.account.jid('lid') },
  });
});

it('a status of a phone reaches clients, also one that could not read it at first', async () => {
  const [owner, friend] = [await world.phone(), await world.phone()];
  const client = await world.linked(owner);
  const content = { extendedTextMessage: { text: 'open today' } };
  const posted = await control().postStatus(friend.account.phone, { to: [owner.account.phone], content });
  const { message } = await client.received('open today');
  expect(message.key).toMatchObject({ id: posted.id, remoteJid: STATUS, participant: friend.account.jid('lid') });
  await client.sock.readMessages([message.key]);
  const record = friend.records.findSent(posted.id);
  await eventually('a viewer', () => record?.receipts?.[owner.account.phone] === 'read');

  await control().addFault({
    direction: 'out',
    match: { tag: 'message', phone: owner.account.phone, device: 1, attrs: { from: STATUS } },
    action: { do: 'corrupt' },
    times: 1,
  });
  const again = { extendedTextMessage: { text: 'once more' } };
  const { id } = await control().postStatus(friend.account.phone, { to: [owner.account.phone], content: again });
  await client.until('resend', () => client.upsertsOf(id).find((one) => textOf(one.message) === 'once more'));
  await control().clearFaults();
  expect(await control().unknown()).toEqual([]);
});
