import { expect } from 'vitest';
import type { Talker } from './cast.js';
import { addressIn, arrivalOf, isOurs, jidIn, type Lane, type Opening, sendFromPhone, untilShown } from './lanes.js';

/** What the speaker did to earlier messages, by WhatsApp's ids. */
export interface Changes {
  reactions: { emoji: string | null; waMessageId: string }[];
  edited: { first: string; edit: string };
  deleted: { first: string; deletion: string };
  forwarded: string | undefined;
}

const emojis = ['👍🏽', '❤️', null];

/**
 * The speaker reacts to the opening, changes its mind and takes it back (`emojis`); writes a text and edits it, writes another
 * one and deletes it; and forwards the opening, where it is a number of the gateway.
 */
export async function change(lane: Lane, opening: Opening): Promise<Changes> {
  return isOurs(lane.speaker) ? changeAsNumber(lane, opening) : changeOnPhone(lane, opening);
}

async function changeAsNumber(lane: Lane, opening: Opening): Promise<Changes> {
  const { client } = lane.cast.product;
  const profileId = lane.speaker.profile?.id ?? '';
  const messageId = opening.ids.get(profileId) ?? '';
  const to = addressIn(lane, lane.listeners[0] as Talker);
  const send = (body: Parameters<typeof client.messages.send>[1]) => client.messages.send(profileId, body);
  const reactions = [];
  for (const emoji of emojis) {
    reactions.push({ emoji, waMessageId: (await send({ type: 'REACTION', messageId, emoji })).waMessageId });
  }
  const first = await send({ type: 'TEXT', to, text: 'frist' });
  const edit = await send({ type: 'EDIT', messageId: first.id, text: 'first ✓' });
  const slip = await send({ type: 'TEXT', to, text: 'a slip' });
  const deletion = await send({ type: 'DELETE', messageId: slip.id });
  const forwarded = await client.messages.forward(profileId, messageId, { to });
  return {
    reactions,
    edited: { first: first.waMessageId, edit: edit.waMessageId },
    deleted: { first: slip.waMessageId, deletion: deletion.waMessageId },
    forwarded: forwarded.waMessageId,
  };
}

async function changeOnPhone(lane: Lane, opening: Opening): Promise<Changes> {
  const { speaker, by } = lane;
  const other = lane.listeners[0] as Talker;
  const isGroup = typeof by === 'object';
  const remoteJid = isGroup ? by.group : jidIn(lane, other);
  const send = (content: Record<string, unknown>) => sendFromPhone(lane, speaker, other, content);
  const own = (id: string) => ({ remoteJid, id, fromMe: true, ...(isGroup && { participant: jidIn(lane, speaker) }) });
  const theirs = {
    remoteJid,
    id: opening.waMessageId,
    fromMe: false,
    ...(isGroup && { participant: jidIn(lane, other) }),
  };
  const reactions = [];
  for (const emoji of emojis) {
    const reaction = { key: theirs, text: emoji ?? '', senderTimestampMs: Date.now() };
    reactions.push({ emoji, waMessageId: await send({ reactionMessage: reaction }) });
  }
  const first = await send({ conversation: 'frist' });
  const edit = await send({
    protocolMessage: {
      key: own(first),
      type: 'MESSAGE_EDIT',
      editedMessage: { conversation: 'first ✓' },
      timestampMs: Date.now(),
    },
  });
  const slip = await send({ conversation: 'a slip' });
  const deletion = await send({ protocolMessage: { key: own(slip), type: 'REVOKE' } });
  return { reactions, edited: { first, edit }, deleted: { first: slip, deletion }, forwarded: undefined };
}

/** Everybody who listens sees them, each at its message. */
export async function seeChanges(lane: Lane, opening: Opening, changes: Changes): Promise<void> {
  for (const listener of lane.listeners) {
    if (isOurs(listener)) await seeAsNumber(lane, opening, listener.profile.id, changes);
    else await seeOnPhone(lane, opening, listener, changes);
  }
}

async function seeOnPhone(lane: Lane, { waMessageId, text }: Opening, { phone }: Talker, changes: Changes) {
  const { sandbox } = lane.cast.product;
  const find = async (id: string) =>
    (await sandbox.waitForMessage(phone.phone, (one) => one.id === id, 30_000)).content;
  const what = `${lane.name}, ${phone.name}`;
  for (const { emoji, waMessageId: id } of changes.reactions) {
    expect(await find(id), what).toMatchObject({ reactionMessage: { key: { id: waMessageId }, text: emoji ?? '' } });
  }
  const { edited, deleted, forwarded } = changes;
  expect(await find(edited.edit), what).toMatchObject({
    protocolMessage: {
      key: { id: edited.first, fromMe: true },
      type: 'MESSAGE_EDIT',
      editedMessage: { extendedTextMessage: { text: 'first ✓' } },
    },
  });
  expect(await find(deleted.deletion), what).toMatchObject({
    protocolMessage: { key: { id: deleted.first, fromMe: true }, type: 'REVOKE' },
  });
  if (forwarded === undefined) return;
  expect(await find(forwarded), what).toMatchObject({
    extendedTextMessage: { text, contextInfo: { isForwarded: true } },
  });
}

async function seeAsNumber(lane: Lane, opening: Opening, profileId: string, changes: Changes): Promise<void> {
  const { cast } = lane;
  const listener = [cast.ada, cast.bob, cast.cem].find(({ profile }) => profile.id === profileId);
  if (!listener) throw new Error(`nobody has the profile ${profileId}`);
  const what = `${lane.name}, ${listener.profile.name}`;
  const { edited, deleted, forwarded } = changes;
  const messageId = opening.ids.get(profileId) ?? '';
  const reactions = await cast.log.until(() => {
    const seen = cast.log
      .of('message.reaction')
      .filter(({ data }) => data.messageId === messageId && data.sender.lid === lane.speaker.phone.lid);
    return seen.length >= emojis.length ? seen.map(({ data }) => data.emoji) : undefined;
  }, 20_000);
  expect(reactions, what).toEqual(emojis);
  await untilShown(lane, listener, messageId, { reactions: [] }, `${what}: no reaction`);
  // Who keeps history shows what was there before; who does not has forgotten it.
  const { keepMessageHistory } = (await cast.product.client.profiles.get(profileId)).settings;
  const earlier = (text: string) => (keepMessageHistory ? [{ content: { type: 'TEXT', text } }] : []);
  const [first, slip] = [await arrivalOf(lane, listener, edited.first), await arrivalOf(lane, listener, deleted.first)];
  const words = { content: { type: 'TEXT', text: 'first ✓' }, editedAt: expect.any(String), earlier: earlier('frist') };
  await untilShown(lane, listener, first.data.messageId, words, `${what}: the edit`);
  const gone = { content: { type: 'DELETED' }, deletedAt: expect.any(String), earlier: earlier('a slip') };
  await untilShown(lane, listener, slip.data.messageId, gone, `${what}: the deletion`);
  if (forwarded === undefined) return;
  const again = await arrivalOf(lane, listener, forwarded);
  expect(again.data.content, what).toEqual({ type: 'TEXT', text: opening.text, forwarded: true });
}
