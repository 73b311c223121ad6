import { randomBytes } from 'node:crypto';
import { pruneEarlyWords } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { sealVote } from '@multiwa/sandbox';
import { expect, test } from 'vitest';
import { type AnyFact, applyFacts } from '../src/facts/apply-facts.js';
import { eventsOf, makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { received, second, status } from './support/facts.js';

const database = useTestDatabase();
const phone = '628222222222';
const chat = `${phone}@s.whatsapp.net`;

type About = 'message-edited' | 'message-deleted' | 'message-reaction' | 'poll-vote';

/** Something that the contact says about an earlier message. */
function about(kind: About, owner: TestProfile, waMessageId: string, over: object = {}): AnyFact {
  const { payload } = received(owner);
  const {
    type: _type,
    content: _content,
    ...arrived
  } = payload as Extract<AnyFact, { kind: 'message-received' }>['payload'];
  const target = { waMessageId, fromMe: false };
  return { kind, payload: { ...arrived, target, saidAt: second(10), ...over } } as AnyFact;
}

const edited = (owner: TestProfile, id: string, text: string, at: number, over: object = {}) =>
  about('message-edited', owner, id, { content: { type: 'TEXT', text }, saidAt: second(at), ...over });

const messageOf = (waMessageId: string) =>
  database.db.prisma.message.findFirstOrThrow({ where: { waMessageId }, include: { revisions: true } });

async function typesOf(owner: TestProfile) {
  return (await eventsOf(database.db, owner)).map(({ type }) => type);
}

test('the last edit counts, in whichever order and however often edits are heard of', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner, { waMessageId: 'EDIT-1' })]);
  const [second_, third] = [edited(owner, 'EDIT-1', 'two', 2), edited(owner, 'EDIT-1', 'three', 3)];
  await applyFacts(db, [third]);
  await applyFacts(db, [second_, third]);
  expect(await messageOf('EDIT-1')).toMatchObject({ content: { text: 'three' }, editedAt: new Date(second(3)) });
  expect((await typesOf(owner)).filter((type) => type === 'message.edited')).toHaveLength(1);
});

test('a message and its edit may come in one batch, and nobody edits or deletes what another one wrote', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner, { waMessageId: 'EDIT-2' }), edited(owner, 'EDIT-2', 'better', 2)]);
  expect(await messageOf('EDIT-2')).toMatchObject({ content: { text: 'better' }, revisions: [] });
  const forged = { fromMe: true };
  const { outcomes } = await applyFacts(db, [
    edited(owner, 'EDIT-2', 'forged', 5, forged),
    about('message-deleted', owner, 'EDIT-2', forged),
    edited(owner, 'EDIT-2', 'elsewhere', 6, {
      chat: '628999999999@s.whatsapp.net',
      peer: { phone: '628999999999', lid: null },
    }),
  ]);
  expect(outcomes).toEqual(['unchanged', 'unchanged', 'kept']);
  expect(await messageOf('EDIT-2')).toMatchObject({ content: { text: 'better' }, deletedAt: null });
});

test('what is deleted for everyone is gone, and earlier words are kept only where the settings ask for it', async () => {
  const { db } = database;
  for (const keepMessageHistory of [false, true]) {
    const owner = await makeProfile(db);
    const id = `GONE-${keepMessageHistory}`;
    await db.prisma.profile.update({ where: { id: owner.profileId }, data: { settings: { keepMessageHistory } } });
    const deletion = about('message-deleted', owner, id);
    await applyFacts(db, [received(owner, { waMessageId: id }), edited(owner, id, 'later', 2)]);
    await applyFacts(db, [deletion, deletion]);
    const { content, deletedAt, revisions } = await messageOf(id);
    expect([content, deletedAt]).toEqual([{ type: 'DELETED' }, new Date(second(10))]);
    const kept = keepMessageHistory ? ['Hi', 'later'] : [];
    expect(revisions.map((revision) => (revision.content as { text: string }).text).sort()).toEqual(kept.sort());
    expect(await typesOf(owner)).toEqual(['contact.created', 'message.received', 'message.edited', 'message.deleted']);
  }
});

test('each person has one reaction to a message, and one that was taken back does not return', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner, { waMessageId: 'LIKED' })]);
  const react = (emoji: string | null, at: number, over: object = {}) =>
    about('message-reaction', owner, 'LIKED', { emoji, saidAt: second(at), ...over });
  await applyFacts(db, [react('👍', 1), react('❤️', 2), react('👍', 1)]);
  await applyFacts(db, [react(null, 4), react('😮', 3)]);
  const sender = { phone: null, lid: '77000000000009' };
  await applyFacts(db, [react('🙏', 5, { fromMe: true, sender }), react('🙏', 5, { fromMe: true, sender })]);
  const rows = await db.prisma.reaction.findMany({
    where: { message: { waMessageId: 'LIKED' } },
    orderBy: { at: 'asc' },
  });
  expect(rows.map(({ emoji, fromMe }) => [emoji, fromMe])).toEqual([
    [null, false],
    ['🙏', true],
  ]);
  const events = (await eventsOf(db, owner)).filter(({ type }) => type === 'message.reaction');
  expect(events.map(({ data }) => (data as { emoji: string | null }).emoji)).toEqual(['👍', '❤️', null, '🙏']);
});

test('votes are opened with the poll’s secret, by either name of the voter, and the last one of each person counts', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const secret = randomBytes(32);
  const options = ['tea', 'coffee', 'water'];
  const content = { type: 'POLL', question: '?', options, multiple: true, secret: secret.toString('base64') } as const;
  await applyFacts(db, [received(owner, { waMessageId: 'POLL-1', type: 'POLL', content })]);
  const [byPhone, byLid] = [chat, '77000000000005@lid'];
  const vote = (chosen: string[], at: number, sealedBy: string, key = secret) => {
    const { payload, iv } = sealVote(key, { pollId: 'POLL-1', creator: chat, voter: sealedBy }, chosen);
    const sealed = { payload: payload.toString('base64'), iv: iv.toString('base64') };
    const names = { voters: [byPhone, byLid], creators: [byLid, chat] };
    return about('poll-vote', owner, 'POLL-1', { saidAt: second(at), vote: { kind: 'sealed', ...sealed, ...names } });
  };
  const facts = [vote(['tea'], 1, byPhone), vote(['tea', 'water'], 2, byLid), vote(['coffee'], 1, byPhone)];
  const { outcomes } = await applyFacts(db, [...facts, vote(['tea'], 9, byPhone, randomBytes(32))]);
  expect(outcomes).toEqual(['applied', 'applied', 'unchanged', 'unreadable']);
  expect(await db.prisma.pollVote.findMany({ where: { message: { waMessageId: 'POLL-1' } } })).toMatchObject([
    { options: ['tea', 'water'], phone },
  ]);
  const events = (await eventsOf(db, owner)).filter(({ type }) => type === 'poll.vote');
  expect(events.at(-1)?.data).toMatchObject({
    options: ['tea', 'water'],
    tally: [
      { option: 'tea', votes: 1 },
      { option: 'coffee', votes: 0 },
      { option: 'water', votes: 1 },
    ],
  });
  expect(JSON.stringify((await eventsOf(db, owner)).map(({ data }) => data))).not.toContain(secret.toString('base64'));
});

test('a reaction, edit or deletion that was sent holds for its message once WhatsApp has it, and moves no conversation', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const row = (type: 'TEXT' | 'EDIT' | 'REACTION' | 'DELETE', content: object, ms: number) => ({
    id: newId(),
    ...owner,
    chat,
    waMessageId: `OWN-${type}`,
    fromMe: true,
    type,
    content,
    status: type === 'TEXT' ? ('SENT' as const) : ('QUEUED' as const),
    timestamp: new Date(Date.parse(second(0)) + ms),
  });
  const text = row('TEXT', { type: 'TEXT', text: 'frist' }, 0);
  const target = { messageId: text.id, waMessageId: text.waMessageId, fromMe: true, sender: null };
  const actions = [
    row('EDIT', { type: 'EDIT', target, text: 'first' }, 1),
    row('REACTION', { type: 'REACTION', target, emoji: '🎉' }, 2),
    row('DELETE', { type: 'DELETE', target }, 3),
  ];
  await db.prisma.message.createMany({ data: [text, ...actions] });
  for (const [index, action] of actions.entries()) {
    const sent = status(owner, action, 'SENT');
    await applyFacts(db, [sent, sent]);
    if (index === 0) expect(await messageOf(text.waMessageId)).toMatchObject({ content: { text: 'first' } });
  }
  expect(await messageOf(text.waMessageId)).toMatchObject({ content: { type: 'DELETED' } });
  expect(await db.prisma.reaction.findMany({ where: { messageId: text.id } })).toMatchObject([
    { emoji: '🎉', fromMe: true, waMessageId: 'OWN-REACTION' },
  ]);
  expect(await db.prisma.conversation.count({ where: { profileId: owner.profileId } })).toBe(0);
  expect(await typesOf(owner)).toEqual([
    'message.sent',
    'message.edited',
    'message.sent',
    'message.reaction',
    'message.sent',
    'message.deleted',
  ]);
});

test('the timer of a chat is learned from its messages, and one that comes late does not bring an old one back', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const timer = async () =>
    (await db.prisma.conversation.findFirstOrThrow({ where: { profileId: owner.profileId } })).ephemeralSeconds;
  const message = (at: number, expiresInSeconds?: number) =>
    received(owner, {
      timestamp: second(at),
      content: { type: 'TEXT', text: 'x', ...(expiresInSeconds && { expiresInSeconds }) },
    });
  await applyFacts(db, [message(1, 86_400)]);
  expect(await timer()).toBe(86_400);
  await applyFacts(db, [message(3)]);
  await applyFacts(db, [message(2, 604_800)]);
  expect(await timer()).toBe(0);
});

const media = { id: newId(), mimeType: 'image/jpeg', bytes: 9, sha256: null, state: 'PENDING' as const, problem: null };

test('an edited caption changes the caption alone: the file stays, whatever the edit says of it', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const content = { type: 'IMAGE', media, caption: 'a cta' } as const;
  await applyFacts(db, [received(owner, { waMessageId: 'CAPTION', type: 'IMAGE', content })]);
  const described = { type: 'IMAGE', media: { ...media, id: newId() }, caption: 'a cat' };
  const edits = [
    about('message-edited', owner, 'CAPTION', { content: described, saidAt: second(1) }),
    edited(owner, 'CAPTION', 'a black cat', 2),
  ];
  const ready = { state: 'READY', problem: null, file: { mimeType: 'image/png', bytes: 9, sha256: 'a'.repeat(64) } };
  const file = { kind: 'media-state', payload: { ...owner, at: second(3), mediaId: media.id, ...ready } } as AnyFact;
  await applyFacts(db, [edits[0] as AnyFact, file]);
  expect(await messageOf('CAPTION')).toMatchObject({
    content: { media: { id: media.id, state: 'READY' }, caption: 'a cat' },
  });
  await applyFacts(db, edits);
  expect(await messageOf('CAPTION')).toMatchObject({
    content: { type: 'IMAGE', media: { id: media.id, state: 'READY' }, caption: 'a black cat' },
  });
  const events = (await eventsOf(db, owner)).filter(({ type }) => type === 'message.edited');
  expect(events.map(({ data }) => data)).toMatchObject([
    { content: { caption: 'a cat', media: { id: media.id } } },
    { content: { caption: 'a black cat', media: { id: media.id } } },
  ]);
});

test('the caption of a file that was sent changes once WhatsApp has the edit', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const sent = { ...media, state: 'READY' as const, sha256: 'a'.repeat(64) };
  const row = (waMessageId: string, type: 'IMAGE' | 'EDIT', content: object) => ({
    id: newId(),
    ...owner,
    chat,
    waMessageId,
    fromMe: true,
    type,
    content,
    status: type === 'IMAGE' ? ('SENT' as const) : ('QUEUED' as const),
    timestamp: new Date(second(type === 'IMAGE' ? 0 : 1)),
  });
  const picture = row('SENT-IMAGE', 'IMAGE', { type: 'IMAGE', media: sent, thumbnail: 'AAAA' });
  const target = { messageId: picture.id, waMessageId: 'SENT-IMAGE', fromMe: true, sender: null };
  const edit = row('SENT-EDIT', 'EDIT', { type: 'EDIT', target, text: 'new', file: { type: 'IMAGE', media: sent } });
  await db.prisma.message.createMany({ data: [picture, edit] });
  await applyFacts(db, [status(owner, edit, 'SENT')]);
  expect(await messageOf('SENT-IMAGE')).toMatchObject({
    content: { type: 'IMAGE', media: { id: media.id }, caption: 'new' },
    editedAt: new Date(second(1)),
  });
});

test('files of an album know how many there are, and what announces it is nothing to be read', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const album = received(owner, {
    waMessageId: 'ALBUM',
    type: 'ALBUM',
    content: { type: 'ALBUM', images: 2, videos: 1 },
  });
  const part = (id: string) =>
    received(owner, {
      waMessageId: id,
      type: 'IMAGE',
      content: { type: 'IMAGE', media: { ...media, id: newId() }, albumId: 'ALBUM' },
    });
  await applyFacts(db, [album, part('PART-1')]);
  await applyFacts(db, [part('PART-2')]);
  const events = (await eventsOf(db, owner)).filter(({ type }) => type === 'message.received');
  expect(events.map(({ data }) => (data as { content: object }).content)).toMatchObject([
    { type: 'ALBUM', images: 2, videos: 1 },
    { albumId: 'ALBUM', albumSize: 3 },
    { albumId: 'ALBUM', albumSize: 3 },
  ]);
  expect(await db.prisma.conversation.findFirst({ where: { profileId: owner.profileId } })).toMatchObject({
    unreadCount: 2,
  });
});

test('what is said about a message before it comes is kept, and holds when it comes: once, and for that message alone', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const [secret, options] = [randomBytes(32), ['tea', 'coffee']];
  const { payload, iv } = sealVote(secret, { pollId: 'LATE-POLL', creator: chat, voter: chat }, ['tea']);
  const sealed = { payload: payload.toString('base64'), iv: iv.toString('base64'), voters: [chat], creators: [chat] };
  const words = [
    edited(owner, 'LATE', 'better', 2),
    about('message-reaction', owner, 'LATE', { emoji: '👍', waMessageId: 'EARLY-REACTION' }),
    about('message-deleted', owner, 'LATE-2'),
    about('poll-vote', owner, 'LATE-POLL', { vote: { kind: 'sealed', ...sealed } }),
    // From a chat that has nothing to do with it.
    edited(owner, 'LATE', 'forged', 9, {
      chat: '628999999999@s.whatsapp.net',
      peer: { phone: '628999999999', lid: null },
    }),
  ];
  const { outcomes } = await applyFacts(db, words);
  expect(outcomes).toEqual(words.map(() => 'kept'));
  await applyFacts(db, words.slice(0, 2));
  expect(await db.prisma.earlyWord.count({ where: { profileId: owner.profileId } })).toBe(5);
  expect(await typesOf(owner)).toEqual([]);

  const poll = { type: 'POLL', question: '?', options, multiple: false, secret: secret.toString('base64') } as const;
  await applyFacts(db, [received(owner, { waMessageId: 'LATE' }), received(owner, { waMessageId: 'LATE-2' })]);
  await applyFacts(db, [received(owner, { waMessageId: 'LATE-POLL', type: 'POLL', content: poll })]);
  expect(await messageOf('LATE')).toMatchObject({ content: { text: 'better' }, editedAt: new Date(second(2)) });
  expect(await messageOf('LATE-2')).toMatchObject({ content: { type: 'DELETED' } });
  expect((await typesOf(owner)).sort()).toEqual([
    'contact.created',
    'message.deleted',
    'message.edited',
    'message.reaction',
    'message.received',
    'message.received',
    'message.received',
    'poll.vote',
  ]);
  const left = await db.prisma.earlyWord.findMany({ where: { profileId: owner.profileId } });
  expect(left).toMatchObject([{ targetId: 'LATE', kind: 'message-edited' }]);
  expect(await pruneEarlyWords(db.pool, 60_000, 10)).toBe(0);
  const { profileId } = owner;
  const createdAt = new Date(Date.now() - 120_000);
  await db.prisma.earlyWord.updateMany({ where: { profileId }, data: { createdAt } });
  expect(await pruneEarlyWords(db.pool, 60_000, 10)).toBe(1);
});
