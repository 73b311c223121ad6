import { describe, expect, it } from 'vitest';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();

describe('a client that scans nothing but shows a QR', () => {
  it('is linked, restarted and logged in, and exchanges texts with a virtual phone by number and by LID', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    expect(client.closeCodes).toEqual([515]);
    for (const addressing of ['pn', 'lid'] as const) {
      const to = friend.account.jid(addressing);
      const id = await client.sendText(to, `to ${addressing}`);
      const received = await eventually('message', () => friend.records.received.find((one) => one.id === id));
      expect(received).toMatchObject({ text: `to ${addressing}`, copies: 1, from: { phone: owner.account.phone } });
      await client.status(id, 3);
      await friend.read([id]);
      await client.status(id, 4);

      const sent = await friend.sendText({ to: owner.account.phone, text: `from ${addressing}`, addressing });
      const upsert = await client.received(`from ${addressing}`);
      expect(upsert.message.key).toMatchObject({ id: sent.id, remoteJid: to, fromMe: false });
      await eventually('delivery', () => sent.status === 'delivered');
    }
    expect(owner.records.received.map(({ text, fromMe }) => [text, fromMe])).toEqual([
      ['to pn', true],
      ['from pn', false],
      ['to lid', true],
      ['from lid', false],
    ]);
    expect(world.network.core.network.unknown.list()).toEqual([]);
  });
});
