import type { PhoneView } from '@multiwa/sandbox/client';
import type { Message, Profile } from '@multiwa/sdk';
import type { EventLog } from '../event-log.js';
import { waitFor } from '../wait-for.js';
import { step } from './step.js';
import type { Target } from './target.js';
import { type Hop, note, showQr, showTimeline, title } from './terminal.js';

const HELLO = 'Hello from MultiWA 👋';
const NOTE_TIMEOUT_MS = 2_000;
const ANSWER = 'Hello back, from a virtual phone';

/** Who spoke with whom: the rest of the demo goes on with them. */
export interface Conversation {
  profile: Profile;
  /** The phone that the profile is linked to. */
  phone: PhoneView;
  friend: PhoneView;
}

/** One conversation through the whole product, told step by step; rejects as soon as one step is not seen. */
export async function converse({ client, sandbox }: Target, log: EventLog): Promise<Conversation> {
  title('Linking a number');
  const phone = await step(
    (made) => `a virtual phone +${made.phone} on the simulated network`,
    () => sandbox.createPhone({ name: 'Demo phone' }),
  );
  const profile = await step(
    (made) => `profile ${made.id} created`,
    async () => client.profiles.create({ name: 'Demo', network: 'SANDBOX' }),
  );
  const qr = await step('QR code on the event stream, and the same by API', async () => {
    await client.profiles.connect(profile.id);
    const event = await log.waitFor('profile.qr', ({ profileId }) => profileId === profile.id);
    const shown = await client.profiles.qr(profile.id);
    if (Date.parse(shown.expiresAt) < Date.parse(event.data.expiresAt))
      throw new Error('The API shows an older QR code.');
    return shown;
  });
  await showQr(qr.text);
  note('Nobody has to scan it: the virtual phone does.');
  await step('scanned, restarted, logged in: profile.status CONNECTED', async () => {
    await sandbox.scan(phone.phone, qr.text);
    await log.waitFor(
      'profile.status',
      ({ profileId, data }) => profileId === profile.id && data.status === 'CONNECTED',
    );
    const { status, phone: number } = await client.profiles.get(profile.id);
    if (status !== 'CONNECTED' || number !== phone.phone) throw new Error(`The API says ${status}, number ${number}.`);
  });

  title('A text to a friend');
  const friend = await sandbox.createPhone({ name: 'Friend' });
  const about =
    (messageId: string) =>
    ({ data }: { data: { messageId: string } }) =>
      data.messageId === messageId;
  const accepted = await step(
    (message) => `accepted as ${message.id} (202)`,
    () => client.messages.send(profile.id, { type: 'TEXT', to: `+${friend.phone}`, text: HELLO }),
  );
  const announced = await step('message.sent announced: the network has accepted it', () =>
    log.waitFor('message.sent', about(accepted.id)),
  );
  const announcedAtMs = Date.now() - (performance.now() - announced.seenAtMs);
  await step('decrypted by the friend’s phone, once, under the same WhatsApp id', async () => {
    const got = await sandbox.waitForMessage(friend.phone, ({ id }) => id === accepted.waMessageId);
    if (got.text !== HELLO || got.copies !== 1) throw new Error(`It got "${got.text}", ${got.copies} times.`);
  });
  await step('message.delivered announced', () => log.waitFor('message.delivered', about(accepted.id)));
  await step('the friend reads it: message.read announced', async () => {
    await sandbox.read(friend.phone);
    await log.waitFor('message.read', about(accepted.id));
  });

  title('And an answer');
  const answer = await step('the friend’s phone sends a text', () =>
    sandbox.send(friend.phone, { to: phone.phone, text: ANSWER }),
  );
  const arrived = await step('message.received announced, with the phone number and the LID', async () => {
    const event = await log.waitFor('message.received', ({ data }) => data.waMessageId === answer.id);
    const { sender, content } = event.data;
    if (sender.phone !== friend.phone || sender.lid !== friend.lid) throw new Error('It came from somebody else.');
    if (content.type !== 'TEXT' || content.text !== ANSWER) throw new Error('It says something else.');
    return event;
  });
  await step('stored: the API returns it, and the conversation counts it unread', async () => {
    const stored = await client.messages.get(profile.id, arrived.data.messageId);
    if (stored.waMessageId !== answer.id || stored.fromMe) throw new Error('The API returns another message.');
    const { items } = await client.conversations.list(profile.id);
    const unread = items.find(({ chat }) => chat === stored.chat)?.unreadCount;
    if (unread !== 1) throw new Error(`The conversation counts ${unread} unread.`);
  });
  await step('the friend’s phone shows it as delivered', () =>
    waitFor(async () => (await sandbox.sentMessage(friend.phone, answer.id)).status === 'delivered', {
      what: 'the delivery receipt',
    }),
  );

  title('The first text, hop by hop');
  showTimeline(await timelineOf(await readMessage(client, profile.id, accepted.id), announcedAtMs));
  return { profile, phone, friend };
}

/** The message once it was read. That it was commanded is noted a little later, or never, when it moved on before the note. */
async function readMessage(client: Target['client'], profileId: string, id: string): Promise<Message> {
  const read = () => client.messages.get(profileId, id);
  const isRead = async () => (await read()).status === 'READ';
  await waitFor(isRead, { what: `message ${id} to be READ` });
  const isNoted = async () => (await read()).commandedAt !== null;
  await waitFor(isNoted, { what: 'the note', timeoutMs: NOTE_TIMEOUT_MS }).catch(() => undefined);
  return read();
}

async function timelineOf(message: Message, announcedAtMs: number): Promise<Hop[]> {
  const hop = (name: string, how: string, time: string | null): Hop => {
    if (time === null) throw new Error(`The API does not say when the message was ${name}.`);
    return { name, how, atMs: Date.parse(time) };
  };
  return [
    hop('accepted', 'a row in PostgreSQL, and the answer 202', message.createdAt),
    ...(message.commandedAt === null
      ? []
      : [hop('commanded', 'the command stream of NATS holds it', message.commandedAt)]),
    hop('sent', 'the network’s ack reached the engine', message.sentAt),
    { name: 'announced', how: 'message.sent was read from the event stream', atMs: Math.round(announcedAtMs) },
    hop('delivered', 'the phone’s receipt', message.deliveredAt),
    hop('read', 'the phone’s read receipt', message.readAt),
  ].sort((a, b) => a.atMs - b.atMs);
}
