import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Product } from '../../../packages/testkit/dist/index.js';
import { waitFor } from '../../../packages/testkit/dist/index.js';
import type { Cast, Ours, Talker } from './cast.js';
import { type About, choice, type Kind, kinds } from './kinds.js';

/** One speaker, those who listen, and how they address each other. */
export interface Lane {
  name: string;
  cast: Cast;
  speaker: Talker;
  listeners: readonly Talker[];
  /** A group, or else by phone number or LID. */
  by: 'phone' | 'lid' | { group: string };
}

/** What one of the listeners said to the speaker before, for all that refers to an earlier message. */
export interface Opening {
  text: string;
  waMessageId: string;
  /** Its id in the gateway at each number of the gateway, by profile. */
  ids: ReadonlyMap<string, string>;
}

/** A message that is on its way. */
interface Said {
  kind: Kind;
  waMessageId: string;
  bytes: Buffer | undefined;
}

export const isOurs = (talker: Talker): talker is Ours => talker.profile !== undefined;
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** WhatsApp's address of somebody in a lane. */
export function jidIn({ by }: Pick<Lane, 'by'>, { phone }: Talker): string {
  return by === 'phone' ? `${phone.phone}@s.whatsapp.net` : `${phone.lid}@lid`;
}

/** Where a talker writes so that the other one, or the group, gets it. */
export function addressIn({ by }: Pick<Lane, 'by'>, other: Talker): string {
  if (typeof by === 'object') return by.group;
  return by === 'phone' ? `+${other.phone.phone}` : `${other.phone.lid}@lid`;
}

/** A phone sends any message to the other side of a lane. */
export async function sendFromPhone(lane: Lane, from: Talker, other: Talker, content: Record<string, unknown>) {
  const { sandbox } = lane.cast.product;
  const addressing = lane.by === 'lid' ? 'lid' : 'pn';
  const to = typeof lane.by === 'object' ? lane.by.group : other.phone.phone;
  return (await sandbox.send(from.phone.phone, { to, addressing, content })).id;
}

/** The first listener says something to the speaker, which everybody who belongs to the lane gets. */
export async function open(lane: Lane): Promise<Opening> {
  const { speaker, listeners, cast } = lane;
  const [listener] = listeners as [Talker];
  const { client, sandbox } = cast.product;
  const text = `from ${listener.phone.name}: ${lane.name}`;
  const ids = new Map<string, string>();
  let waMessageId: string;
  if (isOurs(listener)) {
    const sent = await client.messages.send(listener.profile.id, { type: 'TEXT', to: addressIn(lane, speaker), text });
    waMessageId = sent.waMessageId;
    ids.set(listener.profile.id, sent.id);
  } else waMessageId = await sendFromPhone(lane, listener, speaker, { conversation: text });
  for (const talker of [speaker, ...listeners.slice(1)]) {
    if (isOurs(talker)) ids.set(talker.profile.id, (await arrivalOf(lane, talker, waMessageId)).data.messageId);
    else await sandbox.waitForMessage(talker.phone.phone, ({ id }) => id === waMessageId);
  }
  return { text, waMessageId, ids };
}

/** The event of a message that came to a number of the gateway. */
export function arrivalOf({ cast }: Pick<Lane, 'cast'>, { profile }: Ours, waMessageId: string) {
  return cast.log.waitFor(
    'message.received',
    ({ profileId, data }) => profileId === profile.id && data.waMessageId === waMessageId,
  );
}

/** The speaker says one message of every kind that it can. */
export async function sayAll(lane: Lane, opening: Opening): Promise<Said[]> {
  const said: Said[] = [];
  for (const kind of kinds) {
    if (isOurs(lane.speaker) && !kind.asked) continue;
    said.push(await say(lane, opening, kind, lane.speaker));
  }
  return said;
}

async function say(lane: Lane, opening: Opening, kind: Kind, speaker: Talker): Promise<Said> {
  const { client, sandbox } = lane.cast.product;
  const [other] = lane.listeners as [Talker];
  const bytes = kind.file?.make();
  const about = aboutIn(lane, opening);
  if (!isOurs(speaker)) {
    const descriptor =
      kind.file && bytes
        ? {
            ...(await sandbox.uploadMedia(speaker.phone.phone, kind.file.kind, bytes)),
            mimetype: 'application/octet-stream',
          }
        : {};
    const content = kind.carried({ ...about, descriptor, author: jidIn(lane, other) });
    return { kind, bytes, waMessageId: await sendFromPhone(lane, speaker, other, plain(content)) };
  }
  const mediaId = kind.file && bytes ? await upload(lane.cast.product, bytes, kind.file.name) : '';
  const id = opening.ids.get(speaker.profile.id) ?? '';
  const body = kind.asked?.({ ...about, mediaId, earlier: { ...about.earlier, id } });
  const sent = await client.messages.send(speaker.profile.id, { ...body, to: addressIn(lane, other) } as never);
  return { kind, bytes, waMessageId: sent.waMessageId };
}

async function upload({ client }: Product, bytes: Buffer, fileName: string): Promise<string> {
  return (await client.media.upload(new Blob([new Uint8Array(bytes)]), { fileName })).id;
}

/** Everybody who listens gets what was said, once, as it was. */
export async function hearAll(lane: Lane, opening: Opening, said: readonly Said[]): Promise<void> {
  const hearings = lane.listeners.flatMap((listener) =>
    said.map((one) =>
      isOurs(listener) ? hearAsNumber(lane, opening, listener, one) : hearOnPhone(lane, opening, listener, one),
    ),
  );
  await Promise.all(hearings);
}

async function hearOnPhone(lane: Lane, opening: Opening, { phone }: Talker, { kind, waMessageId, bytes }: Said) {
  const { sandbox } = lane.cast.product;
  const received = await sandbox.waitForMessage(phone.phone, ({ id }) => id === waMessageId, 30_000);
  const what = `${lane.name}: ${kind.name}`;
  expect(received.copies, what).toBe(1);
  expect(received.group, what).toBe(typeof lane.by === 'object' ? lane.by.group : undefined);
  expect(received.content, what).toMatchObject(kind.carried(aboutIn(lane, opening)));
  if (!bytes) return;
  const opened = await sandbox.openMedia(phone.phone, waMessageId);
  const sha256 = hashOf(bytes);
  expect(opened, what).toMatchObject({ sha256, declaredSha256: sha256, bytes: bytes.length });
}

async function hearAsNumber(lane: Lane, opening: Opening, listener: Ours, { kind, waMessageId, bytes }: Said) {
  const { cast, speaker } = lane;
  const { client } = cast.product;
  const what = `${lane.name}, ${listener.profile.name}: ${kind.name}`;
  const { data } = await arrivalOf(lane, listener, waMessageId);
  const media = bytes && mediaOf(kind, bytes);
  expect(data.content, what).toEqual(kind.shown({ ...aboutIn(lane, opening), media }));
  expect(data, what).toMatchObject({ fromMe: false, chat: chatOf(lane), sender: { lid: speaker.phone.lid } });
  const { content } = await client.messages.get(listener.profile.id, data.messageId);
  if (!bytes) return expect(content, what).toEqual(data.content);
  if (kind.seenOnce) return expect(content, what).toMatchObject({ media: { state: 'EXPIRED', problem: 'view_once' } });
  const ready = await cast.log.waitFor(
    'message.media',
    (event) => event.data.messageId === data.messageId && event.data.media.state !== 'PENDING',
  );
  expect(ready.data.media, what).toMatchObject({ state: 'READY', sha256: hashOf(bytes), bytes: bytes.length });
  const opened = await fetch(ready.data.media.url ?? '');
  expect(hashOf(Buffer.from(await opened.arrayBuffer())), what).toBe(hashOf(bytes));
}

/** How a file is shown when its message arrives. */
function mediaOf({ seenOnce }: Kind, bytes: Buffer): unknown {
  const standing = seenOnce
    ? { state: 'EXPIRED', problem: 'view_once', url: null }
    : { state: 'PENDING', problem: null };
  return expect.objectContaining({ ...standing, sha256: hashOf(bytes), bytes: bytes.length });
}

/** The chat as numbers of the gateway name it: by the number of whoever spoke, where it is known. */
export function chatOf({ by, speaker }: Lane): string {
  if (typeof by === 'object') return by.group;
  return by === 'phone' ? `${speaker.phone.phone}@s.whatsapp.net` : expect.stringMatching(/@(lid|s\.whatsapp\.net)$/);
}

/** As whoever hears it finds it: what the sender's side chose is matched by its shape. */
function aboutIn(lane: Lane, { text, waMessageId }: Opening): About {
  const [other] = lane.listeners as [Talker];
  const person = typeof lane.by === 'object' ? { by: 'phone' as const } : lane;
  return {
    earlier: { id: '', waMessageId, text },
    person: { address: addressIn(person as Lane, other), jid: jidIn(person as Lane, other) },
    author: expect.any(String),
    secret: expect.any(String),
    mediaId: '',
    descriptor: {},
    media: undefined,
  };
}

/** What is a matcher where something is heard is a value where it is said. */
function plain(content: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(content, (key, value: unknown) => {
    if (key === 'messageSecret') return randomBytes(32).toString('base64');
    return typeof value === 'object' && value !== null && 'asymmetricMatch' in value ? undefined : value;
  });
  return JSON.parse(text) as Record<string, unknown>;
}

/** Polls of the lane are answered by the first listener's phone, and counted at every number of the gateway. */
export async function vote(lane: Lane, said: readonly Said[]): Promise<void> {
  const { client, sandbox } = lane.cast.product;
  const [voter] = lane.listeners as [Talker];
  for (const { kind, waMessageId } of said.filter(({ kind: { name } }) => name.startsWith('a poll'))) {
    await sandbox.waitForMessage(voter.phone.phone, ({ id }) => id === waMessageId);
    await sandbox.vote(voter.phone.phone, waMessageId, [choice]);
    for (const talker of [lane.speaker, ...lane.listeners].filter(isOurs)) {
      const what = `${lane.name}, ${talker.profile.name}: the vote in ${kind.name}`;
      const { data } = await lane.cast.log.waitFor(
        'poll.vote',
        ({ profileId, data: { waMessageId: id } }) => profileId === talker.profile.id && id === waMessageId,
      );
      expect(data, what).toMatchObject({ options: [choice], fromMe: voter === talker });
      const { poll } = await client.messages.get(talker.profile.id, data.messageId);
      expect(poll?.voters, what).toBe(1);
      expect(poll?.options.find(({ option }) => option === choice)?.votes, what).toBe(1);
    }
  }
}

/** Waits until a message of a number of the gateway is as it should be. */
export async function untilShown(
  { cast }: Lane,
  { profile }: Ours,
  messageId: string,
  expected: object,
  what: string,
): Promise<void> {
  const { client } = cast.product;
  let last: unknown;
  const fits = async () => {
    last = await client.messages.get(profile.id, messageId);
    try {
      expect(last).toMatchObject(expected);
      return true;
    } catch {
      return false;
    }
  };
  await waitFor(fits, { what }).catch(() => expect(last, what).toMatchObject(expected));
}
