import assert from 'node:assert/strict';
import type { GroupRequest } from '@multiwa/contracts';
import type { Bench, Case } from './conformance-bench.js';
import { partly } from './partly.js';

const nothingElse = { description: null, communityId: null } as const;
const group = (over: object): GroupRequest<'create'> =>
  ({ ...nothingElse, kind: 'GROUP', subject: 'Toko', participants: [], ...over }) as GroupRequest<'create'>;

async function rolesIn({ groupBench }: Bench, chat: string): Promise<Record<string, string>> {
  const { members } = await groupBench.network(chat);
  return Object.fromEntries(members.map(({ phone, role }) => [phone, role]));
}

const phoneOf = ({ phone }: { phone: string | null }): string => phone ?? '';

/** Settings are WhatsApp's after each change, and not only in the answer. */
async function changesSettings(bench: Bench, chat: string): Promise<void> {
  const { groups, groupBench } = bench;
  const changes = {
    subject: 'Toko Maju',
    description: 'Buka tiap hari',
    announce: true,
    locked: true,
    joinApproval: true,
    memberAddMode: 'ALL',
    ephemeralSeconds: 86_400,
  } as const;
  partly((await groups.update({ chat, changes })).group, changes);
  const { memberAddMode: _, ...same } = changes;
  partly(await groupBench.network(chat), { ...same, membersAdd: true });
  const back = {
    description: null,
    announce: false,
    locked: false,
    joinApproval: false,
    memberAddMode: 'ADMINS',
    ephemeralSeconds: 0,
  } as const;
  partly((await groups.update({ chat, changes: back })).group, { ...back, subject: 'Toko Maju' });
  partly(await groupBench.network(chat), { announce: false, locked: false, membersAdd: false, ephemeralSeconds: 0 });
}

/** Members go and come, and rise and fall, with an outcome for each. */
async function movesMembers(bench: Bench, chat: string): Promise<void> {
  const { groups, friend, self } = bench;
  const [ours, theirs] = [phoneOf(self), phoneOf(friend)];
  for (const [action, roles] of [
    ['promote', { [ours]: 'superadmin', [theirs]: 'admin' }],
    ['demote', { [ours]: 'superadmin', [theirs]: 'member' }],
    ['remove', { [ours]: 'superadmin' }],
    ['add', { [ours]: 'superadmin', [theirs]: 'member' }],
  ] as const) {
    const { results } = await groups.members({ chat, action, people: [friend.chat] });
    partly(results, [{ phone: friend.phone, outcome: 'DONE', code: 200 }]);
    assert.deepEqual(await rolesIn(bench, chat), roles, action);
  }
  const nobody = '6289999999991@s.whatsapp.net';
  partly((await groups.members({ chat, action: 'add', people: [nobody, friend.chat] })).results, [
    { outcome: 'NOT_ON_WHATSAPP' },
    { outcome: 'ALREADY' },
  ]);
  partly((await groups.members({ chat, action: 'promote', people: [nobody] })).results, [{ outcome: 'NOT_MEMBER' }]);
}

/** A link leads in until it is renewed, or to a request that an admin decides on. */
async function letsIn(bench: Bench, chat: string): Promise<void> {
  const { groups, groupBench, friend } = bench;
  await groups.members({ chat, action: 'remove', people: [friend.chat] });
  const { code: old } = await groups.invite({ chat, renew: false });
  assert.equal((await groups.invite({ chat, renew: false })).code, old);
  const { code } = await groups.invite({ chat, renew: true });
  assert.notEqual(code, old);
  partly(await groups.preview({ code }), { chat, group: { subject: 'Toko Maju' }, size: 1 });
  await assert.rejects(groups.preview({ code: old }), { code: 'group_invite_invalid' });
  await groupBench.friendJoins(code);
  assert.equal((await rolesIn(bench, chat))[phoneOf(friend)], 'member');
  await groupBench.friendActs(chat, { do: 'leave' });
  await groupBench.told(chat, (now) => now?.participants.length === 1);

  await groups.update({ chat, changes: { joinApproval: true } });
  for (const [decision, isIn] of [
    ['reject', false],
    ['approve', true],
  ] as const) {
    await groupBench.friendJoins(code);
    partly(await groupBench.requested(chat), { state: 'REQUESTED', person: { phone: friend.phone, lid: friend.lid } });
    partly((await groups.requests({ chat })).requests, [{ phone: friend.phone }]);
    partly((await groups.decide({ chat, decision, people: [friend.chat] })).results, [{ outcome: 'DONE' }]);
    assert.deepEqual((await groups.requests({ chat })).requests, []);
    assert.equal(phoneOf(friend) in (await rolesIn(bench, chat)), isIn, decision);
  }
}

/** Messages go both ways, and what others change is told. */
async function talks(bench: Bench, chat: string): Promise<void> {
  const { groups, groupBench, friend, sendTo, arrival } = bench;
  const sent = await sendTo(chat, { type: 'TEXT', text: 'halo semua' });
  partly(await friend.received(sent), { text: 'halo semua', group: chat });
  const written = await groupBench.friendWrites(chat, { conversation: 'hai' });
  partly(await arrival('message-received', written), {
    chat,
    peer: null,
    fromMe: false,
    sender: { phone: friend.phone, lid: friend.lid },
    content: { type: 'TEXT', text: 'hai' },
  });
  await groups.members({ chat, action: 'promote', people: [friend.chat] });
  await groupBench.friendActs(chat, { do: 'subject', to: 'Toko Baru' });
  partly(await groupBench.told(chat, (now) => now?.subject === 'Toko Baru'), { actor: { lid: friend.lid } });
  partly((await groups.info({ chat })).group, { subject: 'Toko Baru' });
}

/** What an engine does that claims groups or communities, seen from the network. */
export const groupConformance: { groups: Case; communities: Case } = {
  async groups(bench) {
    const { groups, groupBench, friend, self } = bench;
    const nobody = '6289999999991@s.whatsapp.net';
    const made = await groups.create(group({ participants: [friend.chat, nobody], description: 'Kami' }));
    const { chat } = made;
    partly(made.group, { subject: 'Toko', kind: 'GROUP', description: 'Kami' });
    partly(made.results, [{ phone: friend.phone, outcome: 'DONE' }, { outcome: 'NOT_ON_WHATSAPP' }]);
    partly(await groupBench.network(chat), { subject: 'Toko', description: 'Kami', parent: null });
    assert.deepEqual(await rolesIn(bench, chat), { [phoneOf(self)]: 'superadmin', [phoneOf(friend)]: 'member' });
    await changesSettings(bench, chat);
    await movesMembers(bench, chat);
    await letsIn(bench, chat);
    await talks(bench, chat);
    await groups.leave({ chat });
    assert.deepEqual(Object.keys(await rolesIn(bench, chat)), [phoneOf(friend)]);
    await groupBench.told(chat, (now) => now === null);
    await assert.rejects(groups.info({ chat }), { code: 'not_group_member' });
  },

  async communities(bench) {
    const { groups, groupBench, friend } = bench;
    const { chat } = await groups.create(group({ kind: 'COMMUNITY', subject: 'Kampung', description: 'Semua RT' }));
    partly(await groupBench.network(chat), { subject: 'Kampung', description: 'Semua RT' });
    const inside = await groups.create(group({ subject: 'RT 01', communityId: chat, participants: [friend.chat] }));
    partly(inside.group, { kind: 'GROUP', communityId: chat });
    const outside = await groups.create(group({ subject: 'RT 02' }));
    const subjects = async () => (await groups.subgroups({ chat })).groups.map(({ subject }) => subject).sort();
    const before = await subjects();
    assert.ok(before.includes('RT 01') && !before.includes('RT 02'));
    for (const linked of [true, false]) {
      await groups.link({ chat, groupChat: outside.chat, linked });
      assert.equal((await groupBench.network(outside.chat)).parent, linked ? chat : null);
      assert.equal((await subjects()).includes('RT 02'), linked);
      await groupBench.told(outside.chat, (now) => now?.communityId === (linked ? chat : null));
    }
    // Its members are those of its groups: who is removed from it leaves them.
    partly((await groups.members({ chat, action: 'remove', people: [friend.chat] })).results, [{ outcome: 'DONE' }]);
    assert.equal(phoneOf(friend) in (await rolesIn(bench, inside.chat)), false);
  },
};
