import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSandboxClient, startSandbox } from '../src/index.js';
import { useWorld } from './support/world.js';

const world = useWorld();

describe('how an account stands with the network', () => {
  it('survives a restart, and so does the end of it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    try {
      const first = await startSandbox({ dataDir });
      const api = createSandboxClient(first.controlUrl);
      const [one, other] = [await api.createPhone(), await api.createPhone()];
      for (const { phone } of [one, other]) {
        await api.ban(phone, 402);
        await api.restrict(phone, { forMs: 3_600_000, enforcementType: 'BIZ_QUALITY' });
        await api.capNewChats(phone, { total: 30, used: 2, forMs: 3_600_000 });
        await api.requirePasskey(phone);
      }
      await api.unban(other.phone);
      await api.liftRestriction(other.phone);
      await api.liftNewChatCap(other.phone);
      await api.requirePasskey(other.phone, false);
      const [banned, free] = [await api.phone(one.phone), await api.phone(other.phone)];
      await first.stop();

      const second = await startSandbox({ dataDir });
      const again = createSandboxClient(second.controlUrl);
      expect(await again.phone(one.phone)).toEqual(banned);
      expect(await again.phone(other.phone)).toEqual(free);
      await second.stop();
      expect(banned).toMatchObject({
        banCode: 402,
        restriction: { enforcementType: 'BIZ_QUALITY' },
        newChatCap: { total: 30, used: 2 },
        passkeyRequired: true,
      });
      expect([free.banCode, free.restriction, free.newChatCap]).toEqual([undefined, undefined, undefined]);
      expect(free.passkeyRequired).toBe(false);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it.each([
    ['PUT', 'ban', { code: 200 }, '/code'],
    ['PUT', 'ban', { reason: 'spam' }, '/'],
    ['PUT', 'restriction', {}, '/forMs'],
    ['PUT', 'restriction', { forMs: 0 }, '/forMs'],
    ['PUT', 'restriction', { forMs: 1, enforcementType: 'WHIM' }, '/enforcementType'],
    ['PUT', 'new-chat-cap', { total: -1, forMs: 1 }, '/total'],
    ['PUT', 'new-chat-cap', { total: 1 }, '/forMs'],
    ['PUT', 'passkey', { required: 'yes' }, '/required'],
  ])('%s %s %j is refused', async (method, path, body, pointer) => {
    const { phone } = (await world.phone()).account;
    expect(await refusal(method, `/phones/${phone}/${path}`, body)).toEqual([422, 'validation_failed', pointer]);
  });

  it.each([
    ['PUT', '/limits', { usync: { capacity: -1 } }, '/usync/capacity'],
    ['PUT', '/limits', { ping: { capacity: 1 } }, '/'],
    ['POST', '/sockets/half-open', { phone: 'x' }, '/phone'],
    ['POST', '/faults', { direction: 'in', action: { do: 'half-open', forMs: 1 } }, '/action'],
  ])('%s %s %j is refused', async (method, path, body, pointer) => {
    expect(await refusal(method, path, body)).toEqual([422, 'validation_failed', pointer]);
  });
});

async function refusal(method: string, path: string, body: unknown): Promise<unknown[]> {
  const response = await fetch(`${world.network.controlUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const problem = (await response.json()) as { code: string; errors?: { pointer: string }[] };
  return [response.status, problem.code, problem.errors?.[0]?.pointer];
}
