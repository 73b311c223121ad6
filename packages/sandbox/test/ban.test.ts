import { describe, expect, it } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import { useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);

describe('a banned account', () => {
  it('is thrown out with 403, fails every log-in with it, and is back after the ban', async () => {
    const [owner, other] = [await world.phone(), await world.phone()];
    const { phone } = owner.account;
    const client = await world.linked(owner);
    const bystander = await world.linked(other);
    expect(await control().ban(phone)).toMatchObject({ phone, banCode: 403 });
    expect(await client.closeCode(2)).toBe(403);
    client.connect();
    expect(await client.closeCode(3)).toBe(403);
    expect(client.opened).toBe(1);
    expect((await control().sockets(phone))[0]).toMatchObject({ open: 0, openedTotal: 1 });

    await control().unban(phone);
    client.connect();
    await client.untilOpen(2);
    expect((await control().phone(phone)).banCode).toBeUndefined();
    expect(bystander.closeCodes).toEqual([515]);
  });

  it('can link nothing', async () => {
    const owner = await world.phone();
    await control().ban(owner.account.phone, 402);
    const client = world.client().connect();
    await expect(control().scan(owner.account.phone, await client.qr())).rejects.toMatchObject({
      status: 409,
      code: 'phone_banned',
    });
  });
});
