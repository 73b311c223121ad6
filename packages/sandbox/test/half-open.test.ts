import { afterEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);
const PING = {
  tag: 'iq',
  attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p' },
  content: [{ tag: 'ping', attrs: {} }],
};

afterEach(() => control().clearFaults());

describe('a half-open connection', () => {
  it('stays up and silent, and when the client opens another one nothing is lost or counted as doubled', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const { phone } = owner.account;
    const client = await world.linked(owner);
    await friend.sendText({ to: phone, text: 'before' });
    await client.received('before');
    await client.status(await client.sendText(friend.account.jid('pn'), 'warm up'), 3);
    expect(await control().halfOpenSockets(phone)).toBe(1);
    expect(await control().halfOpenSockets(phone)).toBe(0);
    await friend.sendText({ to: phone, text: 'meanwhile' });
    const lost = await client.sendText(friend.account.jid('pn'), 'into the void');
    expect((await control().sockets(phone))[0]).toMatchObject({ open: 0, halfOpen: 1 });
    await expect(client.sock.query(PING, 200)).rejects.toMatchObject({ output: { statusCode: 408 } });
    expect([client.sock.ws.isOpen, client.closeCodes]).toEqual([true, [515]]);

    client.connect();
    await client.received('meanwhile');
    expect(await client.closeCode(2)).toBe(428);
    expect((await control().sockets(phone))[0]).toMatchObject({ open: 1, maxOpen: 1, doubled: 0, halfOpen: 0 });
    expect(friend.records.received.map(({ id }) => id)).not.toContain(lost);
    expect((await control().socketEvents(phone)).map(({ kind }) => kind)).toEqual([
      'open',
      'half-open',
      'open',
      'close',
    ]);
  });

  it('can begin at a chosen node, which then never happened', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const { phone } = owner.account;
    const client = await world.linked(owner);
    await client.status(await client.sendText(friend.account.jid('pn'), 'warm up'), 3);
    const rule = await control().addFault({
      direction: 'in',
      match: { tag: 'message', phone },
      action: { do: 'half-open' },
      times: 1,
    });
    await client.sendText(friend.account.jid('pn'), 'swallowed');
    await eventually('half-open', () => world.network.core.network.sockets.list(phone)[0]?.halfOpen === 1);
    expect(await control().trace({ phone })).toContainEqual(
      expect.objectContaining({ direction: 'in', rule: rule.id, action: 'half-open' }),
    );
    expect(await control().resetSockets(phone)).toBe(1);
    expect(await client.closeCode(2)).toBe(428);
    expect((await control().sockets(phone))[0]).toMatchObject({ open: 0, halfOpen: 0 });
    expect(friend.records.received.map(({ text }) => text)).toEqual(['warm up']);
  });
});
