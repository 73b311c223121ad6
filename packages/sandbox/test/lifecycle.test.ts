import { describe, expect, it } from 'vitest';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();
const core = () => world.network.core;

describe('a linked client', () => {
  it('gets what waited for it in order after reconnecting, marked as such', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    await friend.sendText({ to: owner.account.phone, text: 'live' });
    await client.received('live');
    await client.disconnect();
    const texts = Array.from({ length: 30 }, (_, index) => `waiting ${index}`);
    for (const text of texts) await friend.sendText({ to: owner.account.phone, text });
    client.connect();
    await client.received('waiting 29');
    const arrived = client.upserts.filter(({ message }) => message.message?.conversation?.startsWith('waiting'));
    expect(arrived.map(({ message }) => message.message?.conversation)).toEqual(texts);
    expect(new Set(arrived.map(({ type }) => type))).toEqual(new Set(['append']));
    await eventually('empty queue', () => owner.account.outbox(1).size === 0);
  });

  it('that closes before its receipts gets everything again', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    await eventually('empty queue', () => owner.account.outbox(1).size === 0);
    const rule = core().network.faults.add({
      direction: 'in',
      match: { tag: 'receipt', phone: owner.account.phone },
      action: { do: 'drop' },
    });
    const { id } = await friend.sendText({ to: owner.account.phone, text: 'twice' });
    await client.received('twice');
    await client.disconnect();
    core().network.faults.remove(rule.id);
    expect(owner.account.outbox(1).size).toBe(1);
    client.connect();
    await eventually('second delivery', () =>
      core()
        .network.trace.read({ phone: owner.account.phone })
        .some(({ text }) => text.includes('offline=') && text.includes(id)),
    );
    await eventually('empty queue', () => owner.account.outbox(1).size === 0);
  });

  it('that logs out is unlinked and cannot come back', async () => {
    const owner = await world.phone();
    const client = await world.linked(owner);
    await client.sock.logout();
    expect(await client.closeCode(2)).toBe(401);
    await eventually('unlinking', () => owner.account.companions.size === 0);
    client.connect();
    expect(await client.closeCode(3)).toBe(401);
  });

  it('that is removed on the phone is told so with 401', async () => {
    const owner = await world.phone();
    const client = await world.linked(owner);
    await core().unlink(owner, 1);
    expect(await client.closeCode(2)).toBe(401);
    await expect(core().unlink(owner, 1)).rejects.toMatchObject({ code: 'companion_not_found' });
  });

  it('is replaced with 440 when its credentials log in elsewhere, and both sockets are counted', async () => {
    const owner = await world.phone();
    const client = await world.linked(owner);
    const twin = world.client();
    Object.assign(twin.creds, client.creds);
    twin.connect();
    expect(await client.closeCode(2)).toBe(440);
    await twin.untilOpen();
    const [count] = core().network.sockets.list(owner.account.phone);
    expect(count).toMatchObject({ device: 1, maxOpen: 2, openedTotal: 2 });
    await eventually('one socket', () => core().network.sockets.list(owner.account.phone)[0]?.open === 1);
  });

  it('without one-time keys uploads them, and more when they run low', async () => {
    const owner = await world.phone();
    const client = await world.linked(owner);
    owner.account.preKeys.set(1, new Map());
    await client.sock.uploadPreKeys(6);
    const pool = owner.account.preKeys.get(1);
    expect(pool?.size).toBe(6);
    const uploaded = new Set(pool?.keys());
    for (let friends = 0; friends < 2; friends += 1) {
      const sender = await world.linked(await world.phone());
      await sender.sendText(owner.account.jid('pn'), `hello ${friends}`);
      await client.received(`hello ${friends}`);
    }
    await eventually('second upload', () => [...(pool?.keys() ?? [])].some((keyId) => !uploaded.has(keyId)));
  });

  it('uploads more one-time keys when phones have taken most of them', async () => {
    const owner = await world.phone();
    const client = await world.linked(owner);
    owner.account.preKeys.set(1, new Map());
    await client.sock.uploadPreKeys(6);
    const pool = owner.account.preKeys.get(1);
    const uploaded = new Set(pool?.keys());
    for (let friends = 0; friends < 2; friends += 1) {
      await (await world.phone()).sendText({ to: owner.account.phone, text: `hello ${friends}` });
      await client.received(`hello ${friends}`);
    }
    await eventually('second upload', () => [...(pool?.keys() ?? [])].some((keyId) => !uploaded.has(keyId)));
  });

  it('asks for pictures, groups and numbers, and gets honest answers', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    await expect(client.sock.profilePictureUrl(friend.account.jid('pn'))).rejects.toMatchObject({ data: 404 });
    expect(await client.sock.groupFetchAllParticipating()).toEqual({});
    expect(await client.sock.onWhatsApp(friend.account.phone, '6289999999999')).toEqual([
      { jid: friend.account.jid('pn'), exists: true },
    ]);
    await client.sock.updateProfileStatus('busy');
    await client.sock.updateDefaultDisappearingMode(86_400);
  });

  it('can set and read privacy and blocked people', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    await client.sock.updateReadReceiptsPrivacy('none');
    expect((await client.sock.fetchPrivacySettings(true)).readreceipts).toBe('none');
    await client.sendText(friend.account.jid('pn'), 'so that both names are known');
    await client.sock.updateBlockStatus(friend.account.jid('lid'), 'block');
    expect(await client.sock.fetchBlocklist()).toEqual([friend.account.jid('lid')]);
    await client.sock.updateBlockStatus(friend.account.jid('lid'), 'unblock');
    expect(await client.sock.fetchBlocklist()).toEqual([]);
  });
});

it('asks nothing of the sandbox that it does not know', () => {
  expect(core().network.unknown.list()).toEqual([]);
});

it('a query that nobody knows is refused at once and listed once', async () => {
  const client = await world.linked(await world.phone());
  const ask = () =>
    client.sock.query({
      tag: 'iq',
      attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:sandbox:nonsense' },
      content: [{ tag: 'thing', attrs: { colour: 'blue' } }],
    });
  await expect(ask()).rejects.toMatchObject({ data: 501 });
  await expect(ask()).rejects.toMatchObject({ data: 501 });
  expect(core().network.unknown.list()).toMatchObject([
    { shape: '<iq xmlns=w:sandbox:nonsense type=get><thing colour>', count: 2 },
  ]);
});
