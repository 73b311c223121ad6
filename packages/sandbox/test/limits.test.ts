import { afterEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import { RateLimits } from '../src/model/rate-limits.js';
import { useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);

afterEach(() => control().clearLimits());

describe('a rate limit', () => {
  it('refuses lookups with 429 once the bucket is empty, for that account only', async () => {
    const [owner, other] = [await world.phone(), await world.phone()];
    const [client, bystander] = [await world.linked(owner), await world.linked(other)];
    await control().setLimits({ usync: { capacity: 2, refillPerSecond: 0 } });
    const lookUp = () => client.sock.onWhatsApp(other.account.phone);
    await lookUp();
    await lookUp();
    await expect(lookUp()).rejects.toMatchObject({ data: 429 });
    expect(await bystander.sock.onWhatsApp(owner.account.phone)).toHaveLength(1);
    expect(await control().limits()).toEqual({
      limits: { usync: { capacity: 2, refillPerSecond: 0 } },
      refused: [{ query: 'usync', phone: owner.account.phone, count: 1 }],
    });
    await control().clearLimits();
    expect(await lookUp()).toHaveLength(1);
  });

  it('refuses to fetch keys with 429, and the message goes out once there are keys again', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    await control().setLimits({ keyFetch: { capacity: 0, refillPerSecond: 0 } });
    await expect(client.sendText(friend.account.jid('pn'), 'no keys')).rejects.toMatchObject({ data: 429 });
    await control().clearLimits();
    await client.status(await client.sendText(friend.account.jid('pn'), 'keys'), 3);
    expect(friend.records.received.map(({ text }) => text)).toEqual(['keys']);
  });

  it('fills up again over time, never above its capacity', () => {
    let nowMs = 0;
    const limits = new RateLimits(() => nowMs);
    limits.set({ usync: { capacity: 2, refillPerSecond: 0.5 } });
    const taken = () => limits.take('usync', '1');
    expect([taken(), taken(), taken()]).toEqual([true, true, false]);
    nowMs += 1_999;
    expect(taken()).toBe(false);
    nowMs += 1;
    expect([taken(), taken()]).toEqual([true, false]);
    nowMs += 3_600_000;
    expect([taken(), taken(), taken()]).toEqual([true, true, false]);
    expect(limits.take('keyFetch', '1')).toBe(true);
  });
});
