import type { ChatAction } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chatWith, type Linked, startWorld, untilReceived, type World } from './support/world.js';

let world: World;
let owner: Linked;
let workspaceId: string;
beforeAll(async () => {
  world = await startWorld();
  await world.startWorker();
  owner = await world.link();
  ({ workspaceId } = await world.database.prisma.profile.findUniqueOrThrow({ where: { id: owner.profileId } }));
});
afterAll(async () => {
  expect(await world.control.unknown()).toEqual([]);
  await world.stop();
});

async function tell(chat: string, action: ChatAction): Promise<void> {
  const acceptedAt = new Date().toISOString();
  const command = { commandId: newId(), workspaceId, profileId: owner.profileId, chat, action, acceptedAt };
  await world.bus.publishCommand('chat', command);
}

/** The chat as the owner's phone shows it, once it is so. */
async function untilShown(jid: string, wanted: object): Promise<void> {
  await waitFor(
    async () => {
      const chat = (await world.control.chats(owner.phone.phone)).find((one) => one.jid === jid);
      return chat && Object.entries(wanted).every(([key, value]) => chat[key as keyof typeof chat] === value);
    },
    { what: `${JSON.stringify(wanted)} on the phone`, timeoutMs: 20_000 },
  );
}

async function untilTold(chat: string, change: object) {
  const { profileId } = owner;
  return waitFor(
    () => {
      const facts = world.factsOf('chat-changed', profileId).filter((fact) => fact.chat === chat);
      return facts.find((fact) => JSON.stringify({ ...fact.change, ...change }) === JSON.stringify(fact.change));
    },
    { what: JSON.stringify(change), timeoutMs: 20_000 },
  );
}

test('messages that are marked as read get their read receipts', async () => {
  const friend = await world.control.createPhone({ name: 'Sari' });
  const sent = [];
  for (const text of ['one', 'two']) sent.push(await world.control.send(friend.phone, { to: owner.phone.phone, text }));
  const facts = await untilReceived(world, owner.profileId, 2);
  const messages = facts.map(({ waMessageId, sender, timestamp }) => ({
    waMessageId,
    sender,
    timestamp,
    fromMe: false,
  }));
  await tell(chatWith(friend), { do: 'read', messages, unmark: false, last: null });
  for (const { id } of sent) {
    await waitFor(async () => (await world.control.sentMessage(friend.phone, id)).status === 'read', {
      what: `${id} to be read`,
    });
  }
}, 60_000);

test('what is done to a chat here, the phone shows, and reads with every MAC in order', async () => {
  const friend = await world.control.createPhone({ name: 'Tono' });
  const chat = chatWith(friend);
  const until = new Date(Date.now() + 3_600_000);
  await tell(chat, { do: 'archive', archived: true, last: null });
  await tell(chat, { do: 'mute', until: until.toISOString() });
  await tell(chat, { do: 'unread', last: null });
  await untilShown(chat, { archived: true, mutedUntilMs: until.getTime(), markedUnread: true });
  await tell(chat, { do: 'archive', archived: false, last: null });
  await tell(chat, { do: 'pin', pinned: true });
  await tell(chat, { do: 'mute', until: null });
  await tell(chat, { do: 'read', messages: [], unmark: true, last: null });
  await tell(chat, { do: 'clear', last: null });
  await tell(chat, { do: 'delete', last: null });
  const shown = { archived: false, pinned: true, mutedUntilMs: null, markedUnread: false, cleared: 1, deleted: 1 };
  await untilShown(chat, shown);
}, 60_000);

test('what is done to a chat on the phone becomes facts, also amid changes from here', async () => {
  const friend = await world.control.createPhone({ name: 'Wati' });
  const chat = chatWith(friend);
  const onPhone = (change: Parameters<World['control']['changeChat']>[1]['change']) =>
    world.control.changeChat(owner.phone.phone, { chat, change });
  await onPhone({ do: 'archive', archived: true });
  await untilTold(chat, { did: 'archive', archived: true });
  await Promise.all([tell(chat, { do: 'pin', pinned: true }), onPhone({ do: 'mute', untilMs: -1 })]);
  await untilTold(chat, { did: 'mute' });
  await untilShown(chat, { pinned: true, mutedUntilMs: -1, archived: true });
  await onPhone({ do: 'mark', unread: true });
  await untilTold(chat, { did: 'unread' });
  await onPhone({ do: 'mark', unread: false });
  await untilTold(chat, { did: 'read' });
  await onPhone({ do: 'delete' });
  await untilTold(chat, { did: 'delete' });
}, 60_000);

test('what is read on the phone becomes a fact that names the messages', async () => {
  const friend = await world.control.createPhone({ name: 'Yuli' });
  const { id } = await world.control.send(friend.phone, { to: owner.phone.phone, text: 'read me on the phone' });
  await waitFor(
    () => world.factsOf('message-received', owner.profileId).some(({ waMessageId }) => waMessageId === id),
    {
      what: 'the message',
    },
  );
  await world.control.read(owner.phone.phone, [id]);
  expect((await untilTold(chatWith(friend), { did: 'read' })).change).toEqual({ did: 'read', waMessageIds: [id] });
}, 60_000);
