import { afterEach, describe, expect, it } from 'vitest';
import { eventually, useWorld } from './support/world.js';

const world = useWorld({ preKeyCount: 100, strictRetry: true });
const faults = () => world.network.core.network.faults;

afterEach(() => faults().clear());

describe('a fault rule', () => {
  it('answers a message with an error, and the message goes nowhere', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    for (const code of [463, 479]) {
      faults().add({ direction: 'in', match: { tag: 'message' }, action: { do: 'error', code }, times: 1 });
      const id = await client.sendText(friend.account.jid('pn'), `refused ${code}`);
      expect(await client.status(id, 0)).toBeTruthy();
    }
    const id = await client.sendText(friend.account.jid('pn'), 'accepted');
    await client.status(id, 3);
    expect(friend.records.received.map(({ text }) => text)).toEqual(['accepted']);
  });

  it('doubles a stanza on its way to a phone, which counts two copies of one message', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    faults().add({ direction: 'in', match: { tag: 'message' }, action: { do: 'duplicate', copies: 2 }, times: 1 });
    const id = await client.sendText(friend.account.jid('pn'), 'doubled');
    const message = await eventually('second copy', () => friend.records.received.find(({ copies }) => copies === 2));
    expect(message).toMatchObject({ id, text: 'doubled' });
    expect(friend.records.received).toHaveLength(1);
  });

  it('counts the copies when a sender sends the same id again', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    const id = await client.sendText(friend.account.jid('pn'), 'again');
    await client.sendText(friend.account.jid('pn'), 'again', id);
    await eventually('second copy', () => friend.records.received.find((one) => one.id === id && one.copies === 2));
  });

  it('loses an ack while the message arrives', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    const rule = faults().add({
      direction: 'out',
      match: { tag: 'ack', attrs: { class: 'message' } },
      action: { do: 'drop' },
      times: 1,
    });
    const acks: string[] = [];
    client.sock.ws.on('CB:ack,class:message', ({ attrs }: { attrs: { id: string } }) => acks.push(attrs.id));
    const lost = await client.sendText(friend.account.jid('pn'), 'no ack');
    await client.status(lost, 3);
    const heard = await client.sendText(friend.account.jid('pn'), 'ack');
    await client.until('ack', () => acks.includes(heard));
    expect(acks).toEqual([heard]);
    expect(
      faults()
        .list()
        .find(({ id }) => id === rule.id)?.applied,
    ).toBe(1);
  });

  it('cuts the hand-over of what waited, and the rest comes with the next connection', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    await friend.sendText({ to: owner.account.phone, text: 'first' });
    await client.received('first');
    await client.disconnect();
    for (let index = 0; index < 20; index += 1)
      await friend.sendText({ to: owner.account.phone, text: `queued ${index}` });
    faults().add({
      direction: 'out',
      match: { phone: owner.account.phone },
      action: { do: 'cut-offline-drain', afterReceipts: 5 },
      times: 1,
    });
    client.connect();
    await eventually('cut', () => client.closeCodes.includes(428));
    expect(owner.account.outbox(1).size).toBeLessThanOrEqual(15);
    client.connect();
    // With its buffered events flushed at close (as this application does), the library loses none.
    await client.received('queued 19');
    const texts = client.upserts.flatMap(({ message }) => message.message?.conversation ?? []);
    for (let index = 0; index < 20; index += 1) expect(texts).toContain(`queued ${index}`);
  });

  it('corrupts a ciphertext for the phone, which asks again and gets it', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    await client.status(await client.sendText(friend.account.jid('pn'), 'warm up'), 3);
    faults().add({ direction: 'in', match: { tag: 'message' }, action: { do: 'corrupt' }, times: 1 });
    const id = await client.sendText(friend.account.jid('pn'), 'garbled');
    const message = await eventually('resend', () => friend.records.received.find((one) => one.id === id));
    expect(message.text).toBe('garbled');
  });

  it('corrupts a ciphertext from a phone to a client, which asks again and gets it', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    await friend.sendText({ to: owner.account.phone, text: 'warm up' });
    await client.received('warm up');
    faults().add({
      direction: 'out',
      match: { tag: 'message', phone: owner.account.phone },
      action: { do: 'corrupt' },
      times: 1,
    });
    await friend.sendText({ to: owner.account.phone, text: 'garbled' });
    expect((await client.received('garbled')).message.retryCount).toBe(1);
  });

  it('corrupts a message between clients, whose malformed resend the strict network refuses with 479', async () => {
    const [one, other] = [await world.phone(), await world.phone()];
    const [alice, bob] = [await world.linked(one), await world.linked(other)];
    await alice.sendText(other.account.jid('pn'), 'warm up');
    await bob.received('warm up');
    faults().add({
      direction: 'out',
      match: { tag: 'message', phone: other.account.phone },
      action: { do: 'corrupt' },
      times: 1,
    });
    const id = await alice.sendText(other.account.jid('pn'), 'garbled');
    expect(await alice.status(id, 0)).toMatchObject({ stub: ['479'] });
    expect(bob.upserts.some(({ message }) => message.message?.conversation === 'garbled')).toBe(false);
  });

  it('breaks a connection by reset, by stream error or by failure', async () => {
    const client = await world.linked(await world.phone());
    const ask = () => client.sock.sendPresenceUpdate('available');
    faults().add({
      direction: 'in',
      match: { tag: 'presence' },
      action: { do: 'close', how: 'reset', when: 'before' },
      times: 1,
    });
    await ask();
    expect(await client.closeCode(2)).toBe(428);
    client.connect();
    await client.untilOpen(2);
    await eventually('logged in', () => client.sock.ws.isOpen);
    faults().add({
      direction: 'in',
      match: { tag: 'presence' },
      action: { do: 'close', how: 'stream-error', code: 503, when: 'before' },
      times: 1,
    });
    await ask();
    expect(await client.closeCode(3)).toBe(503);
    faults().add({
      direction: 'out',
      match: { tag: 'success' },
      action: { do: 'close', how: 'failure', code: 403, when: 'before' },
      times: 1,
    });
    client.connect();
    expect(await client.closeCode(4)).toBe(403);
  });
});
