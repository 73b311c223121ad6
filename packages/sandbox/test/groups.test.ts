import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSandboxClient, startSandbox } from '../src/index.js';
import type { VirtualPhone } from '../src/phone/virtual-phone.js';
import type { RealClient } from './support/real-client.js';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);

/** What the library told its application of a group's changes. */
function stubsOf(client: RealClient, group: string): unknown[] {
  return client.upserts
    .filter(({ message }) => message.key.remoteJid === group && message.messageStubType)
    .map(({ message }) => message.messageStubType);
}

async function arrival(phone: VirtualPhone, id: string) {
  return eventually(`message ${id}`, () => phone.records.received.find((one) => one.id === id));
}

describe('a group', () => {
  it('made by a client is known to it and to its members, and carries messages both ways', async () => {
    const [owner, friend, stranger] = [await world.phone(), await world.phone(), await world.phone()];
    const [client, other] = [await world.linked(owner), await world.linked(friend)];
    const made = await client.sock.groupCreate('Friends', [friend.account.jid('pn'), stranger.account.jid('lid')]);
    expect(made).toMatchObject({ subject: 'Friends', addressingMode: 'lid', size: 3, owner: owner.account.jid('lid') });
    expect(made.participants).toContainEqual(
      expect.objectContaining({ id: friend.account.jid('lid'), phoneNumber: friend.account.jid('pn'), admin: null }),
    );
    expect(await other.sock.groupFetchAllParticipating()).toHaveProperty([made.id]);
    await other.until('news of the group', () => stubsOf(other, made.id).length > 0);

    const id = await client.sendText(made.id, 'hello all');
    for (const phone of [friend, stranger, owner]) {
      expect(await arrival(phone, id)).toMatchObject({ text: 'hello all', group: made.id, copies: 1 });
    }
    expect((await other.received('hello all')).message.key).toMatchObject({
      remoteJid: made.id,
      participantAlt: owner.account.jid('pn'),
    });
    const again = await client.sendText(made.id, 'and again');
    expect(await arrival(friend, again)).toMatchObject({ from: { phone: owner.account.phone } });

    const sent = await friend.sendText({ to: made.id, text: 'hello back' });
    const upsert = await client.received('hello back');
    expect(upsert.message.key).toMatchObject({ id: sent.id, remoteJid: made.id, fromMe: false });
    await other.until('own copy', () => other.upsertsOf(sent.id)[0]);
    await eventually('delivery to all', () => sent.status === 'delivered');
    await client.sock.readMessages([upsert.message.key]);
    await eventually('one reading', () => sent.receipts?.[owner.account.phone] === 'read');
    expect(sent.status).toBe('delivered');
    await stranger.read();
    await eventually('all readings', () => sent.status === 'read');
  });

  it('lets only admins do what is theirs, and says what became of each person', async () => {
    const [owner, friend, hermit, late] = [
      await world.phone(),
      await world.phone(),
      await world.phone(),
      await world.phone(),
    ];
    world.network.core.network.privacy.set(hermit.account.phone, { groupadd: 'none' });
    const client = await world.linked(friend);
    const { group } = await control().createGroup({
      by: owner.account.phone,
      subject: 'Rules',
      participants: [friend.account.phone],
    });
    await expect(client.sock.groupParticipantsUpdate(group, [late.account.jid('pn')], 'add')).rejects.toMatchObject({
      data: 401,
    });
    await control().actInGroup(group, { do: 'promote', by: owner.account.phone, people: [friend.account.phone] });
    const people = [late, hermit, owner].map(({ account }) => account.jid('pn'));
    const results = await client.sock.groupParticipantsUpdate(
      group,
      [...people, '6289999999990@s.whatsapp.net'],
      'add',
    );
    expect(results.map(({ status }) => status)).toEqual(['200', '403', '409', '404']);
    await client.sock.groupSettingUpdate(group, 'announcement');
    await client.sock.groupUpdateSubject(group, 'Stricter rules');
    await client.sock.groupUpdateDescription(group, 'Be kind.');
    await client.sock.groupToggleEphemeral(group, 86_400);
    expect(await client.sock.groupMetadata(group)).toMatchObject({
      subject: 'Stricter rules',
      desc: 'Be kind.',
      announce: true,
      ephemeralDuration: 86_400,
    });
    const member = await world.linked(late);
    const refused = await member.sendText(group, 'may I?');
    expect(await member.status(refused, 0)).toMatchObject({ stub: ['420'] });
    expect(owner.records.received).toEqual([]);
  });

  it('is joined by its link, with an admin’s consent where it is asked for, and left', async () => {
    const [owner, guest] = [await world.phone(), await world.phone()];
    const [host, client] = [await world.linked(owner), await world.linked(guest)];
    const made = await host.sock.groupCreate('Open house', []);
    const code = await host.sock.groupInviteCode(made.id);
    expect(await client.sock.groupGetInviteInfo(code ?? '')).toMatchObject({ id: made.id, subject: 'Open house' });
    await host.sock.groupRevokeInvite(made.id);
    await expect(client.sock.groupAcceptInvite(code ?? '')).rejects.toMatchObject({ data: 406 });
    await host.sock.groupJoinApprovalMode(made.id, 'on');
    const fresh = (await host.sock.groupInviteCode(made.id)) ?? '';
    expect(await client.sock.groupAcceptInvite(fresh)).toBeUndefined();
    const requests = await host.sock.groupRequestParticipantsList(made.id);
    expect(requests).toMatchObject([{ jid: guest.account.jid('lid') }]);
    await host.sock.groupRequestParticipantsUpdate(made.id, [guest.account.jid('lid')], 'approve');
    const id = await client.sendText(made.id, 'thanks');
    await arrival(owner, id);
    await client.sock.groupLeave(made.id);
    await expect(client.sock.groupMetadata(made.id)).rejects.toMatchObject({ data: 403 });
    const alone = await owner.sendText({ to: made.id, text: 'gone' });
    await host.until('own copy', () => host.upsertsOf(alone.id)[0]);
    expect(guest.records.received.filter((one) => one.id === alone.id)).toEqual([]);
  });

  it('gives a message again, with its key, to a companion that could not read it', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    const { group } = await control().createGroup({
      by: friend.account.phone,
      subject: 'Retry',
      participants: [owner.account.phone],
    });
    const fault = { direction: 'out', match: { tag: 'message', phone: owner.account.phone }, times: 1 } as const;
    await control().addFault({ ...fault, action: { do: 'corrupt' } });
    await friend.sendText({ to: group, text: 'twice' });
    await client.received('twice');
    await friend.sendText({ to: group, text: 'thrice' });
    await client.received('thrice');
  });

  it('keeps in a community the announcements for its admins, and takes in other groups', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const client = await world.linked(owner);
    const made = await client.sock.communityCreate('Village', 'All of us');
    expect(made).toMatchObject({ subject: 'Village', isCommunity: true });
    const group = await client.sock.groupCreate('Choir', [friend.account.jid('pn')]);
    await client.sock.communityLinkGroup(group.id, made?.id ?? '');
    const { linkedGroups } = await client.sock.communityFetchLinkedGroups(made?.id ?? '');
    expect(linkedGroups.map(({ subject }) => subject)).toEqual(['Village', 'Choir']);
    expect(await client.sock.groupMetadata(group.id)).toMatchObject({ linkedParent: made?.id });
    const views = await control().groups();
    const announcements = views.find(({ parent, kind }) => parent === made?.id && kind === 'announcements');
    expect(announcements?.members.map(({ phone }) => phone)).toContain(friend.account.phone);
    await client.sock.communityUnlinkGroup(group.id, made?.id ?? '');
    expect((await client.sock.groupMetadata(group.id)).linkedParent).toBeUndefined();
  });

  it('survives a restart, and its phones go on with the keys they had', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    try {
      const first = await startSandbox({ dataDir, preKeyCount: 100 });
      const [one, two] = await first.core.createPhones([{}, {}]);
      if (!one || !two) throw new Error('no phones');
      const { group } = await createSandboxClient(first.controlUrl).createGroup({
        by: one.account.phone,
        subject: 'Lasting',
        participants: [two.account.phone],
      });
      const before = await one.sendText({ to: group, text: 'before' });
      await arrival(two, before.id);
      await first.stop();
      const second = await startSandbox({ dataDir, preKeyCount: 100 });
      const [again, reader] = [second.core.phone(one.account.phone), second.core.phone(two.account.phone)];
      const after = await again.sendText({ to: group, text: 'after' });
      expect(await arrival(reader, after.id)).toMatchObject({ text: 'after', group });
      await second.stop();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

it('asks nothing of the sandbox that it does not know', () => {
  expect(world.network.core.network.unknown.list()).toEqual([]);
});
