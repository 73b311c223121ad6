import { waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chatWith, type Linked, startWorld, untilReceived, type World } from './support/world.js';

let world: World;
let linked: Linked;

beforeAll(async () => {
  world = await startWorld();
  await world.startWorker();
  linked = await world.link();
});
afterAll(() => world.stop());

/** The smallest thing with the header of a JPEG of this size. */
function jpeg(width: number, height: number): Buffer {
  const frame = Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0, 0xff, 0xd9]);
  frame.writeUInt16BE(height, 7);
  frame.writeUInt16BE(width, 9);
  return frame;
}

test('numbers are found by what WhatsApp knows them by, with their LIDs, in the order asked', async () => {
  const friends = await world.control.createPhones({ count: 2 });
  const [one, two] = friends;
  const phones = [two?.phone ?? '', '6281000000000', one?.phone ?? ''];
  const { numbers } = await world.bus.ask('numbers', linked.profileId, { phones });
  expect(numbers).toEqual([
    { phone: two?.phone, lid: two?.lid },
    { phone: null, lid: null },
    { phone: one?.phone, lid: one?.lid },
  ]);
  await waitFor(
    () => world.factsOf('contact-learned', linked.profileId).some(({ people }) => people.length === 2) || undefined,
    { what: 'the pairs to be told' },
  );
  expect(await world.control.unknown()).toEqual([]);
});

test('about, picture and business profile are told as they are shown', async () => {
  const { profileId } = linked;
  const friend = await world.control.createPhone({ name: 'Sari' });
  const chat = chatWith(friend);
  expect(await world.bus.ask('about', profileId, { chat })).toEqual({ text: null, setAt: null, hidden: false });
  expect(await world.bus.ask('picture', profileId, { chat })).toEqual({ url: null, hidden: false });
  expect(await world.bus.ask('business', profileId, { chat })).toEqual({ business: null });

  const picture = jpeg(96, 96);
  await world.control.changeFace(friend.phone, {
    about: 'Di toko',
    pictureBase64: picture.toString('base64'),
    business: { description: 'Batik', website: 'https://batik.example' },
  });
  expect(await world.bus.ask('about', profileId, { chat })).toMatchObject({ text: 'Di toko', hidden: false });
  const { url } = await world.bus.ask('picture', profileId, { chat });
  const bytes = await (await fetch(String(url))).arrayBuffer();
  expect(Buffer.from(bytes).equals(picture)).toBe(true);
  expect(await world.bus.ask('business', profileId, { chat })).toMatchObject({
    business: { description: 'Batik', address: null, websites: ['https://batik.example'] },
  });

  await world.control.setPrivacy(friend.phone, { profile: 'none', status: 'none' });
  expect(await world.bus.ask('about', profileId, { chat })).toMatchObject({ text: null, hidden: true });
  expect(await world.bus.ask('picture', profileId, { chat })).toEqual({ url: null, hidden: true });
  expect(await world.control.unknown()).toEqual([]);
});

test('who is blocked cannot write until they are let again', async () => {
  const { profileId, phone } = linked;
  const friend = await world.control.createPhone({ name: 'Sari' });
  const chat = chatWith(friend);
  await world.bus.ask('block', profileId, { chat, blocked: true });
  expect((await world.bus.ask('blocklist', profileId, {})).people).toEqual([{ phone: friend.phone, lid: friend.lid }]);
  const unheard = await world.control.send(friend.phone, { to: phone.phone, text: 'halo?' });
  await world.bus.ask('block', profileId, { chat, blocked: false });
  expect((await world.bus.ask('blocklist', profileId, {})).people).toEqual([]);
  const heard = await world.control.send(friend.phone, { to: phone.phone, text: 'halo!' });
  const facts = await waitFor(
    () => {
      const seen = world.factsOf('message-received', profileId);
      return seen.some(({ waMessageId }) => waMessageId === heard.id) && seen;
    },
    { what: 'the second text' },
  );
  expect(facts.some(({ waMessageId }) => waMessageId === unheard.id)).toBe(false);
});

test('the number shows what it is told to show', async () => {
  const { profileId, phone } = linked;
  await world.bus.ask('change-own-profile', profileId, {
    about: 'Buka 9 sampai 17',
    picture: { jpegBase64: jpeg(640, 640).toString('base64') },
    privacy: { lastSeen: 'CONTACTS', readReceipts: 'NONE' },
  });
  const face = await world.control.face(phone.phone);
  expect(face).toMatchObject({
    about: 'Buka 9 sampai 17',
    pictureBase64: jpeg(640, 640).toString('base64'),
    privacy: { last: 'contacts', readreceipts: 'none' },
  });
  expect(await world.bus.ask('own-profile', profileId, {})).toMatchObject({
    about: 'Buka 9 sampai 17',
    pictureUrl: expect.stringContaining('/pictures/'),
    privacy: { lastSeen: 'CONTACTS', readReceipts: 'NONE', online: 'ALL' },
  });
  const tooLarge = { picture: { jpegBase64: jpeg(641, 640).toString('base64') } };
  await expect(world.bus.ask('change-own-profile', profileId, tooLarge)).rejects.toMatchObject({
    code: 'picture_invalid',
  });
  await world.bus.ask('change-own-profile', profileId, { picture: null, privacy: { readReceipts: 'ALL' } });
  expect((await world.control.face(phone.phone)).pictureBase64).toBeNull();
  expect(await world.control.unknown()).toEqual([]);
});

test('someone who hides their number is known by the LID, until the number is learned by writing to it', async () => {
  const { profileId, phone } = linked;
  const friend = await world.control.createPhone({ name: 'Rahasia' });
  await world.control.hidePhone(friend.phone);
  const before = world.factsOf('message-received', profileId).length;
  await world.control.send(friend.phone, { to: phone.phone, text: 'siapa saya', addressing: 'lid' });
  const facts = await untilReceived(world, profileId, before + 1);
  expect(facts.at(-1)).toMatchObject({ chat: `${friend.lid}@lid`, peer: { phone: null, lid: friend.lid } });
  await world.accept(profileId, chatWith(friend), 'apakah ini anda');
  await waitFor(
    () =>
      world
        .factsOf('contact-learned', profileId)
        .some(({ people }) => people.some((one) => one.phone === friend.phone && one.lid === friend.lid)) || undefined,
    { what: 'the pair to be told' },
  );
  expect(await world.control.unknown()).toEqual([]);
});

test('a limit of WhatsApp, and a profile without a session, are told as such', async () => {
  const { profileId } = linked;
  await world.control.setLimits({ usync: { capacity: 0, refillPerSecond: 0 } });
  await expect(world.bus.ask('numbers', profileId, { phones: ['6281200009999'] })).rejects.toMatchObject({
    code: 'whatsapp_rate_limited',
  });
  await world.control.clearLimits();
  const unlinked = await world.createProfile();
  await world.untilStatus(unlinked, 'QR_READY');
  await expect(world.bus.ask('blocklist', unlinked, {})).rejects.toMatchObject({ code: 'profile_not_connected' });
});
