import { waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chatWith, type Linked, startWorld, type World } from './support/world.js';

let world: World;
let owner: Linked;
beforeAll(async () => {
  world = await startWorld();
  await world.startWorker();
  owner = await world.link();
});
afterAll(async () => {
  expect(await world.control.unknown()).toEqual([]);
  await world.stop();
});

function untilPresence(chat: string, state: string) {
  const { profileId } = owner;
  return waitFor(
    () => world.factsOf('presence', profileId).find((fact) => fact.chat === chat && fact.state === state),
    {
      what: `${chat} to be ${state}`,
    },
  );
}

test('what people show in a chat that is followed becomes facts, and nothing of other chats', async () => {
  const { profileId, phone } = owner;
  const [friend, stranger] = await world.control.createPhones({ count: 2 });
  if (!friend || !stranger) throw new Error('two phones were made');
  await world.bus.ask('presence', profileId, { chat: null, state: 'online' });
  await world.bus.ask('presence-follow', profileId, { chat: chatWith(friend), follow: true });
  await world.control.showPresence(friend.phone, { state: 'online' });
  await untilPresence(chatWith(friend), 'online');
  await world.control.showPresence(stranger.phone, { state: 'typing', to: phone.phone });
  for (const state of ['typing', 'recording'] as const) {
    await world.control.showPresence(friend.phone, { state, to: phone.phone });
    await untilPresence(chatWith(friend), state);
  }
  await world.control.showPresence(friend.phone, { state: 'offline' });
  const gone = await untilPresence(chatWith(friend), 'offline');
  expect(gone).toMatchObject({ who: { phone: friend.phone }, lastSeenAt: expect.any(String) });
  expect(world.factsOf('presence', profileId).filter(({ chat }) => chat === chatWith(stranger))).toEqual([]);
}, 60_000);

test('a chat that is followed is followed again by the next connection', async () => {
  const { profileId, phone } = owner;
  const friend = await world.control.createPhone({ name: 'Sari' });
  const chat = chatWith(friend);
  await world.database.prisma.presenceSubscription.create({ data: { id: `c${'0'.repeat(24)}`, profileId, chat } });
  await world.want(profileId, 'DISCONNECTED');
  await world.untilStatus(profileId, 'DISCONNECTED');
  await world.want(profileId, 'CONNECTED');
  await world.untilStatus(profileId, 'CONNECTED');
  await world.bus.ask('presence', profileId, { chat: null, state: 'online' });
  await waitFor(
    async () => {
      const trace = await world.control.trace({ phone: phone.phone });
      return trace.some(({ text }) => text.includes('type=subscribe') && text.includes(chat));
    },
    { what: 'the subscription' },
  );
  await world.control.showPresence(friend.phone, { state: 'online' });
  await untilPresence(chat, 'online');
}, 60_000);

test('typing and recording are shown to the chat that they are meant for', async () => {
  const friend = await world.control.createPhone({ name: 'Tono' });
  for (const state of ['typing', 'recording', 'paused'] as const) {
    await world.bus.ask('presence', owner.profileId, { chat: chatWith(friend), state });
  }
  const seen = await waitFor(
    async () => {
      const typing = await world.control.typing(friend.phone);
      return typing.length >= 3 && typing;
    },
    { what: 'what was shown' },
  );
  expect(seen.map(({ state }) => state)).toEqual(['typing', 'recording', 'paused']);
});

const callsOf = (waCallId: string) =>
  world.factsOf('call', owner.profileId).filter((fact) => fact.waCallId === waCallId);

test('a call rings here, and is rejected when that is asked for', async () => {
  const friend = await world.control.createPhone({ name: 'Wati' });
  const call = await world.control.placeCall(friend.phone, { to: owner.phone.phone, video: true });
  const [ringing] = await waitFor(() => callsOf(call.id).length > 0 && callsOf(call.id), { what: 'the call' });
  expect(ringing).toMatchObject({ status: 'RINGING', video: true, caller: { phone: friend.phone } });
  if (!ringing) throw new Error('it rings');
  await world.bus.ask('call-reject', owner.profileId, { waCallId: call.id, fromJid: ringing.fromJid });
  expect(await world.control.calls(friend.phone)).toMatchObject([{ id: call.id, status: 'rejected' }]);
  await waitFor(() => callsOf(call.id).find(({ status }) => status === 'REJECTED'), { what: 'the rejection' });
}, 60_000);

test('a call that nobody takes is missed, and the settings reject calls by themselves', async () => {
  const friend = await world.control.createPhone({ name: 'Yuli' });
  const missed = await world.control.placeCall(friend.phone, { to: owner.phone.phone });
  await waitFor(() => callsOf(missed.id).length > 0, { what: 'the call' });
  await world.control.endCall(friend.phone, missed.id, 'timeout');
  await waitFor(() => callsOf(missed.id).find(({ status }) => status === 'MISSED'), { what: 'the end of the call' });
  const settings = { calls: { autoReject: true, message: null } };
  await world.database.prisma.profile.update({ where: { id: owner.profileId }, data: { settings } });
  await world.want(owner.profileId, 'CONNECTED');
  await waitFor(
    async () => {
      const { id } = await world.control.placeCall(friend.phone, { to: owner.phone.phone });
      await waitFor(() => callsOf(id).length > 0, { what: 'the call' });
      const rejected = () => callsOf(id).find(({ rejectedBy }) => rejectedBy === 'SETTING');
      return waitFor(rejected, { what: 'the rejection', timeoutMs: 2_000 }).catch(() => undefined);
    },
    { what: 'a call to be rejected by itself', timeoutMs: 30_000 },
  );
}, 90_000);
