import { describe, expect, it } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import type { VirtualPhone } from '../src/phone/virtual-phone.js';
import type { RealClient } from './support/real-client.js';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);
const LONG_MS = 3_600_000;

/** Resolves when the client has the token with which it may write to this person. */
const trusted = (client: RealClient, friend: VirtualPhone) => {
  const lid = friend.account.jid('lid');
  return eventually('token', () => client.keys.get('tctoken', [lid])[lid]?.token.length);
};

describe('a restricted account', () => {
  it('may not write first (463), may answer, and hears about it', async () => {
    const [owner, stranger] = [await world.phone(), await world.phone()];
    const { phone } = owner.account;
    const client = await world.linked(owner);
    const timelocks: unknown[] = [];
    client.sock.ev.on(
      'connection.update',
      ({ reachoutTimeLock }) => reachoutTimeLock && timelocks.push(reachoutTimeLock),
    );
    const { restriction } = await control().restrict(phone, { forMs: LONG_MS });
    const lock = {
      isActive: true,
      enforcementType: 'WEB_COMPANION_ONLY',
      timeEnforcementEnds: new Date(Math.ceil((restriction?.untilMs ?? 0) / 1000) * 1000),
    };
    await eventually('notification', () => timelocks.length > 0);
    expect(timelocks).toEqual([lock]);
    expect(await client.sock.fetchAccountReachoutTimelock()).toEqual(lock);

    const refused = await client.sendText(stranger.account.jid('pn'), 'who are you');
    expect(await client.status(refused, 0)).toBeTruthy();
    await stranger.sendText({ to: phone, text: 'I write first' });
    await client.received('I write first');
    await trusted(client, stranger);
    await client.status(await client.sendText(stranger.account.jid('pn'), 'then I answer'), 3);
    await client.status(await client.sendText(stranger.account.jid('lid'), 'by LID too'), 3);
    expect(stranger.records.received.map(({ text }) => text)).toEqual(['then I answer', 'by LID too']);
    expect(world.network.core.network.unknown.list()).toEqual([]);
  });

  it('may answer somebody who wrote from a linked device', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const [bob, alice] = [await world.linked(owner), await world.linked(friend)];
    await control().restrict(owner.account.phone, { forMs: LONG_MS });
    await alice.sendText(owner.account.jid('pn'), 'hello from a companion');
    await bob.received('hello from a companion');
    await trusted(bob, friend);
    await bob.sendText(friend.account.jid('pn'), 'answered');
    await alice.received('answered');
  });

  it('is free by the clock at the set time, or before it when lifted', async () => {
    const [owner, one, other] = [await world.phone(), await world.phone(), await world.phone()];
    const { phone } = owner.account;
    const client = await world.linked(owner);
    await control().restrict(phone, { forMs: 1_000 });
    expect(await client.status(await client.sendText(one.account.jid('pn'), 'too early'), 0)).toBeTruthy();
    await eventually('end of the timelock', async () => (await control().phone(phone)).restriction === undefined);
    await client.status(await client.sendText(one.account.jid('pn'), 'in time'), 3);

    await control().restrict(phone, { forMs: LONG_MS });
    expect(await client.status(await client.sendText(other.account.jid('pn'), 'too early'), 0)).toBeTruthy();
    await control().liftRestriction(phone);
    expect(await client.sock.fetchAccountReachoutTimelock()).toMatchObject({ isActive: false });
    await client.status(await client.sendText(other.account.jid('pn'), 'in time'), 3);
    expect(other.records.received.map(({ text }) => text)).toEqual(['in time']);
  });

  it('may begin no more chats than its cap, may answer, and hears about it', async () => {
    const [owner, stranger] = [await world.phone(), await world.phone()];
    const { phone } = owner.account;
    const client = await world.linked(owner);
    const told: unknown[] = [];
    client.sock.ev.on('message-capping.update', (cap) => told.push(cap));
    await control().capNewChats(phone, { total: 30, used: 29, forMs: LONG_MS });
    const { newChatCap } = await control().capNewChats(phone, { total: 30, used: 30, forMs: LONG_MS });
    const quota = { total_quota: 30, cycle_end_timestamp: String(Math.ceil((newChatCap?.untilMs ?? 0) / 1000)) };
    await eventually('notification', () => told.length === 2);
    expect(told[0]).toMatchObject({ capping_status: 'NONE', used_quota: 29 });
    expect(told[1]).toEqual({ capping_status: 'CAPPED', used_quota: 30, ...quota });
    expect(await client.sock.fetchNewChatMessageCap()).toEqual(told[1]);

    const refused = await client.sendText(stranger.account.jid('pn'), 'who are you');
    expect(await client.status(refused, 0)).toBeTruthy();
    await stranger.sendText({ to: phone, text: 'I write first' });
    await client.received('I write first');
    await trusted(client, stranger);
    await client.status(await client.sendText(stranger.account.jid('pn'), 'then I answer'), 3);
    await control().liftNewChatCap(phone);
    expect(await client.sock.fetchNewChatMessageCap()).toEqual({ capping_status: 'NONE' });
  });
});
