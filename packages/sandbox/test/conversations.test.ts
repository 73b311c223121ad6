import { describe, expect, it } from 'vitest';
import { eventually, useWorld } from './support/world.js';

const world = useWorld({ preKeyCount: 100, slowReaderDelayMs: 50 });
const trace = () => world.network.core.network.trace.read();

describe('companions', () => {
  it('of two accounts converse with the same message id on both sides, and each side has its receipts', async () => {
    const [one, other] = [await world.phone(), await world.phone()];
    const [alice, bob] = [await world.linked(one), await world.linked(other)];
    const id = await alice.sendText(other.account.jid('pn'), 'hello bob');
    const upsert = await bob.received('hello bob');
    expect(upsert.message.key).toMatchObject({ id, remoteJid: one.account.jid('pn') });
    expect(upsert.message.key.remoteJidAlt).toBe(one.account.jid('lid'));
    await alice.status(id, 3);
    await bob.sock.readMessages([upsert.message.key]);
    await alice.status(id, 4);
    const answer = await bob.sendText(one.account.jid('lid'), 'hello alice');
    expect((await alice.received('hello alice')).message.key.id).toBe(answer);
    expect(one.records.received.map(({ text }) => text)).toEqual(['hello bob', 'hello alice']);
  });

  it('of one account each see what the others and the phone send, once', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const [desk, laptop] = [await world.linked(owner), await world.linked(owner)];
    const fromDesk = await desk.sendText(friend.account.jid('pn'), 'from the desk');
    await eventually('arrival', () => friend.records.received.length === 1);
    const copy = await laptop.until('own copy', () => laptop.upsertsOf(fromDesk)[0]);
    expect(copy.message.key).toMatchObject({ fromMe: true, remoteJid: friend.account.jid('pn') });
    const fromPhone = await owner.sendText({ to: friend.account.phone, text: 'from the phone' });
    for (const client of [desk, laptop]) {
      await client.until('own copy', () => client.upsertsOf(fromPhone.id)[0]);
      expect(client.upsertsOf(fromPhone.id)).toHaveLength(1);
    }
    await friend.sendText({ to: owner.account.phone, text: 'to everyone' });
    await Promise.all([desk.received('to everyone'), laptop.received('to everyone')]);
  });

  it('linked later get messages of people who had looked up the account before', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const sender = await world.linked(friend);
    await sender.sendText(owner.account.jid('pn'), 'before');
    const late = await world.linked(owner);
    await eventually('device notification', () =>
      trace().some(({ text, phone }) => phone === friend.account.phone && text.includes('class=notification')),
    );
    await sender.sendText(owner.account.jid('pn'), 'after');
    expect((await late.received('after')).type).toBe('notify');
  });

  it('can write to a number that is not registered, and learn that from the ack', async () => {
    const client = await world.linked(await world.phone());
    const id = await client.sendText('6289999999999@s.whatsapp.net', 'anybody?');
    expect(await client.status(id, 0)).toMatchObject({ stub: ['404'] });
    expect(await client.sock.onWhatsApp('6289999999999')).toEqual([]);
  });
});

describe('a virtual phone', () => {
  it('answers, stays silent, or reads late, as it is told', async () => {
    const client = await world.linked(await world.phone());
    const [echo, silent, slow] = [
      await world.phone('echo'),
      await world.phone('silent'),
      await world.phone('slow-reader'),
    ];
    const ids = [];
    for (const phone of [echo, silent, slow]) ids.push(await client.sendText(phone.account.jid('pn'), 'ping'));
    const [toEcho = '', toSilent = '', toSlow = ''] = ids;
    await client.received('ping');
    await client.status(toEcho, 4);
    await client.status(toSlow, 4);
    await eventually('silent delivery', () => silent.records.received.length === 1);
    expect(client.updates.filter(({ id }) => id === toSilent)).toEqual([]);
  });

  it('that is switched off takes in nothing and sends nothing, and gets what waited in order when it is on again', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    await friend.switch(false);
    const ids = [];
    for (const text of ['one', 'two']) ids.push(await client.sendText(friend.account.jid('pn'), text));
    await expect(friend.sendText({ to: owner.account.phone, text: 'no' })).rejects.toMatchObject({ code: 'phone_off' });
    expect(friend.records.received).toEqual([]);
    await friend.switch(true);
    for (const id of ids) await client.status(id, 3);
    expect(friend.records.received.map(({ text, copies }) => [text, copies])).toEqual([
      ['one', 1],
      ['two', 1],
    ]);
  });

  it('sees its own messages delivered and read by a client, and tells what it did to the clients of its account', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    const sent = await friend.sendText({ to: owner.account.phone, text: 'read me' });
    const { message } = await client.received('read me');
    await eventually('delivery', () => sent.status === 'delivered');
    await client.sock.readMessages([message.key]);
    await eventually('reading', () => sent.status === 'read');
    const second = await friend.sendText({ to: owner.account.phone, text: 'read on the phone' });
    await client.received('read on the phone');
    await owner.read();
    await client.status(second.id, 4);
  });
});

it('asks nothing of the sandbox that it does not know', () => {
  expect(world.network.core.network.unknown.list()).toEqual([]);
});
