import { describe, expect, it } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import { SocketCounter } from '../src/model/sockets.js';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);

describe('the socket counter', () => {
  it('measures a doubling of a fraction of a millisecond, each time and in all', () => {
    let nowMs = 1_000;
    const counter = new SocketCounter(() => nowMs);
    counter.opened('1', 1);
    counter.opened('1', 1);
    nowMs += 0.25;
    counter.closed('1', 1);
    nowMs += 100;
    counter.opened('1', 1);
    nowMs += 2;
    expect(counter.list('1')).toEqual([
      { phone: '1', device: 1, open: 2, maxOpen: 2, openedTotal: 3, doubled: 2, doubledMs: 2.25, halfOpen: 0 },
    ]);
    counter.opened('1', 2);
    expect(counter.list('1')[1]).toMatchObject({ device: 2, doubled: 0, doubledMs: 0 });
  });

  it('counts two sockets of one device, however soon the network replaces the first', async () => {
    const owner = await world.phone();
    const { phone } = owner.account;
    const client = await world.linked(owner);
    expect((await control().sockets(phone))[0]).toMatchObject({ maxOpen: 1, doubled: 0, doubledMs: 0 });
    const twin = world.client();
    Object.assign(twin.creds, client.creds);
    twin.connect();
    expect(await client.closeCode(2)).toBe(440);
    await twin.untilOpen();
    await eventually('one socket', () => world.network.core.network.sockets.list(phone)[0]?.open === 1);
    const [count] = await control().sockets(phone);
    expect(count).toMatchObject({ maxOpen: 2, openedTotal: 2, doubled: 1 });
    expect(count?.doubledMs).toBeGreaterThan(0);
    expect((await control().socketEvents(phone)).map(({ kind, open }) => [kind, open])).toEqual([
      ['open', 1],
      ['open', 2],
      ['close', 1],
    ]);
  });

  it('counts no doubling when a client comes back after it went', async () => {
    const owner = await world.phone();
    const client = await world.linked(owner);
    for (let times = 2; times <= 4; times += 1) {
      await client.disconnect();
      await eventually('closed', () => world.network.core.network.sockets.list(owner.account.phone)[0]?.open === 0);
      client.connect();
      await client.untilOpen(times);
    }
    expect((await control().sockets(owner.account.phone))[0]).toMatchObject({ openedTotal: 4, maxOpen: 1, doubled: 0 });
  });
});
