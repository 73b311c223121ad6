import { newId, newWaMessageId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
let profileId: string;
const phone = '6281234567890';
const chat = `${phone}@s.whatsapp.net`;
const address = { to: `+${phone}` };

beforeAll(async () => {
  gateway = await startTestGateway();
  profileId = await gateway.newProfile();
});
afterAll(() => gateway.stop());

const post = (body: object, path = 'messages', headers = {}) =>
  gateway.call('POST', `/profiles/${profileId}/${path}`, { body, headers });
const get = (id: unknown) => gateway.call('GET', `/profiles/${profileId}/messages/${String(id)}`);
const stored = async (id: unknown) =>
  (await gateway.database.prisma.message.findUniqueOrThrow({ where: { id: String(id) } })).content;

/** A message as it is stored when it has arrived, or was sent. */
async function storedMessage(over: object = {}) {
  const data = {
    id: newId(),
    workspaceId: gateway.tenant.workspaceId,
    profileId,
    chat,
    waMessageId: newWaMessageId(),
    fromMe: false,
    type: 'TEXT' as const,
    content: { type: 'TEXT', text: 'How much?' },
    status: 'DELIVERED' as const,
    senderPhone: phone,
    ...over,
  };
  await gateway.database.prisma.message.create({ data });
  return data;
}
const ownMessage = (over: object = {}) =>
  storedMessage({ fromMe: true, senderPhone: null, status: 'SENT', sentAt: new Date(), ...over });

test('each kind is accepted as a caller writes it, and stored as an engine sends it', async () => {
  const place = { type: 'LOCATION', latitude: -6.9, longitude: 107.6, name: 'Toko' };
  expect(await stored((await post({ ...address, ...place })).json.id)).toEqual(place);
  const contacts = [{ name: 'Siti; Tan', phone: '+62 811-2223-334' }];
  const { content } = (await post({ ...address, type: 'CONTACT', contacts })).json;
  expect(content).toMatchObject({ contacts: [{ name: 'Siti; Tan', phones: ['628112223334'] }] });
  expect(JSON.stringify(content)).toContain('FN:Siti\\\\; Tan');
  const question = { type: 'POLL', question: 'When?', options: ['Now', 'Later'] };
  const poll = await post({ ...address, ...question });
  expect(poll.json).toMatchObject({ status: 'QUEUED', content: { ...question, multiple: false } });
  const { secret } = (await stored(poll.json.id)) as { secret: string };
  expect(Buffer.from(secret, 'base64')).toHaveLength(32);
  for (const text of [poll.text, (await get(poll.json.id)).text]) expect(text).not.toContain('secret');
});

test('an answer carries the message that it answers, so that no engine has to look it up', async () => {
  const question = await storedMessage();
  const mentions = [phone, '123456789012345@lid'];
  const answer = await post({ ...address, type: 'TEXT', text: 'ten', quote: { messageId: question.id }, mentions });
  expect(await stored(answer.json.id)).toMatchObject({
    quote: {
      messageId: question.id,
      waMessageId: question.waMessageId,
      fromMe: false,
      sender: { phone },
      content: { text: 'How much?' },
    },
    mentions: [
      { phone, lid: null },
      { phone: null, lid: '123456789012345' },
    ],
  });
  expect(answer.json.content).toMatchObject({ quote: { messageId: question.id, type: 'TEXT', text: 'How much?' } });
});

test('reactions, edits and deletions go to the chat of their message, and are listed only when asked for', async () => {
  const mine = await ownMessage();
  const theirs = await storedMessage();
  const asked = [
    { type: 'REACTION', messageId: theirs.id, emoji: '👍🏽' },
    { type: 'EDIT', messageId: mine.id, text: 'better' },
    { type: 'DELETE', messageId: mine.id },
  ];
  for (const body of asked) {
    const { status, json } = await post(body);
    expect([status, json.chat, json.type]).toEqual([202, chat, body.type]);
    expect(await stored(json.id)).toMatchObject({ type: body.type, target: { messageId: body.messageId } });
    const ids = async (query: string) =>
      (await gateway.call('GET', `/profiles/${profileId}/messages?${query}`)).json.items?.map(({ id }) => id);
    expect(await ids('limit=100')).not.toContain(json.id);
    expect(await ids(`limit=100&type=${body.type}`)).toContain(json.id);
  }
});

const storedPoll = () => {
  const secret = Buffer.alloc(32, 1).toString('base64');
  const content = { type: 'POLL', question: '?', options: ['a', 'b'], multiple: false, secret };
  return storedMessage({ type: 'POLL', content });
};

test('a vote carries what seals it to the engine, and shows it to nobody', async () => {
  const { id } = await storedPoll();
  const vote = await post({ type: 'VOTE', messageId: id, options: ['b'] });
  expect([vote.status, vote.json.type, vote.json.chat]).toEqual([202, 'VOTE', chat]);
  expect(vote.json.content).toMatchObject({ type: 'VOTE', options: ['b'], target: { messageId: id } });
  expect(await stored(vote.json.id)).toMatchObject({ options: ['b'], secret: expect.any(String) });
  expect(vote.text).not.toContain('secret');
});

const hourAgo = new Date(Date.now() - 60 * 60_000);
const daysAgo = new Date(Date.now() - 72 * 60 * 60_000);

test.each<[what: string, make: () => Promise<object>, code: string, pointer?: string]>([
  [
    'a quote of nothing',
    async () => ({ ...address, type: 'TEXT', text: 'x', quote: { messageId: newId() } }),
    'referred_message_unknown',
    '#/quote/messageId',
  ],
  [
    'a quote from another chat',
    async () => ({
      to: '+628999999999',
      type: 'TEXT',
      text: 'x',
      quote: { messageId: (await storedMessage()).id },
    }),
    'referred_message_unknown',
    '#/quote/messageId',
  ],
  [
    'a mention of nobody',
    async () => ({ ...address, type: 'TEXT', text: 'x', mentions: ['me'] }),
    'recipient_invalid',
    '#/mentions/0',
  ],
  [
    'a reaction to nothing',
    async () => ({ type: 'REACTION', messageId: newId(), emoji: '👍' }),
    'referred_message_unknown',
    '#/messageId',
  ],
  [
    'a reaction of two emoji',
    async () => ({ type: 'REACTION', messageId: newId(), emoji: '👍👍' }),
    'validation_failed',
    '#/emoji',
  ],
  [
    'a reaction of words',
    async () => ({ type: 'REACTION', messageId: newId(), emoji: 'ok' }),
    'validation_failed',
    '#/emoji',
  ],
  [
    'an edit of another’s words',
    async () => ({ type: 'EDIT', messageId: (await storedMessage()).id, text: 'x' }),
    'message_not_editable',
    '#/messageId',
  ],
  [
    'a late edit',
    async () => ({ type: 'EDIT', messageId: (await ownMessage({ sentAt: hourAgo })).id, text: 'x' }),
    'message_not_editable',
    '#/messageId',
  ],
  [
    'a late deletion',
    async () => ({ type: 'DELETE', messageId: (await ownMessage({ sentAt: daysAgo })).id }),
    'message_not_deletable',
    '#/messageId',
  ],
  [
    'a deletion of what failed',
    async () => ({ type: 'DELETE', messageId: (await ownMessage({ status: 'FAILED' })).id }),
    'message_not_deletable',
    '#/messageId',
  ],
  [
    'a poll of one option',
    async () => ({ ...address, type: 'POLL', question: '?', options: ['a'] }),
    'validation_failed',
    '#/options',
  ],
  [
    'a poll of the same options',
    async () => ({ ...address, type: 'POLL', question: '?', options: ['a', 'a'] }),
    'validation_failed',
    '#/options',
  ],
  [
    'a place beyond the pole',
    async () => ({ ...address, type: 'LOCATION', latitude: 91, longitude: 0 }),
    'validation_failed',
    '#/latitude',
  ],
  [
    'a card without a number',
    async () => ({ ...address, type: 'CONTACT', contacts: [{ name: 'x' }] }),
    'validation_failed',
    '#/contacts/0',
  ],
  [
    'a card with half a number',
    async () => ({ ...address, type: 'CONTACT', contacts: [{ name: 'x', phone: '0812' }] }),
    'contact_phone_invalid',
    '#/contacts/0/phone',
  ],
  [
    'buttons',
    async () => ({ ...address, type: 'BUTTONS', text: 'x', buttons: [{ id: '1' }] }),
    'not_supported_by_engine',
    '#/type',
  ],
  [
    'a vote in what is no poll',
    async () => ({ type: 'VOTE', messageId: (await storedMessage()).id, options: ['a'] }),
    'poll_not_votable',
    '#/messageId',
  ],
  [
    'a vote for what is no option',
    async () => ({ type: 'VOTE', messageId: (await storedPoll()).id, options: ['a', 'c'] }),
    'validation_failed',
    '#/options/1',
  ],
  [
    'two votes where there is one choice',
    async () => ({ type: 'VOTE', messageId: (await storedPoll()).id, options: ['a', 'b'] }),
    'validation_failed',
    '#/options',
  ],
  ['a list', async () => ({ ...address, type: 'LIST', sections: [] }), 'not_supported_by_engine', '#/type'],
])('%s is refused before anything is stored', async (_what, make, code, pointer) => {
  const body = await make();
  const before = await gateway.database.prisma.message.count({ where: { profileId } });
  const { status, json } = await post(body);
  expect([json.code, status >= 400]).toEqual([code, true]);
  expect((json.errors as { pointer: string }[]).map((error) => error.pointer)).toContain(pointer);
  expect(await gateway.database.prisma.message.count({ where: { profileId } })).toBe(before);
  if (code === 'not_supported_by_engine') expect(json.detail).toMatch(/numbered menu.*poll/);
});

test('a repeated deletion gets its first answer, though the message is deleted by then', async () => {
  const mine = await ownMessage();
  const body = { type: 'DELETE', messageId: mine.id };
  const headers = { 'idempotency-key': newId() };
  const first = await post(body, 'messages', headers);
  await gateway.database.prisma.message.update({ where: { id: mine.id }, data: { deletedAt: new Date() } });
  const again = await post(body, 'messages', headers);
  expect([again.status, again.json.id, again.headers['idempotent-replayed']]).toEqual([202, first.json.id, 'true']);
});

test('a message is forwarded without whom it answered and mentioned, and a poll stays in its chat', async () => {
  const quote = { waMessageId: 'X', sender: null, type: 'TEXT', text: 'q' };
  const received = await storedMessage({
    content: { type: 'TEXT', text: 'news', quote, mentions: [{ phone, lid: null }] },
  });
  const { status, json } = await post({ to: '+628999999999' }, `messages/${received.id}/forward`);
  expect([status, json.chat]).toEqual([202, '628999999999@s.whatsapp.net']);
  expect(await stored(json.id)).toEqual({ type: 'TEXT', text: 'news', forwarded: true });
  const content = { type: 'POLL', question: '?', options: ['a', 'b'], multiple: false };
  const poll = await storedMessage({ type: 'POLL', content });
  expect((await post({ to: '+628999999999' }, `messages/${poll.id}/forward`)).json.code).toBe(
    'message_not_forwardable',
  );
  const other = await gateway.newTenant();
  const theirs = await gateway.newProfile(other);
  const foreign = await gateway.call('POST', `/profiles/${theirs}/messages/${received.id}/forward`, {
    key: other.key,
    body: { to: '+628999999999' },
  });
  expect([foreign.status, foreign.json.code]).toEqual([404, 'message_not_found']);
});

test('a message shows its reactions, the tally of a poll, and its earlier words', async () => {
  const content = { type: 'POLL', question: '?', options: ['a', 'b'], multiple: true };
  const { id } = await storedMessage({ type: 'POLL', content });
  const said = { messageId: id, fromMe: false, lid: null, waMessageId: 'W', at: new Date() };
  const { prisma } = gateway.database;
  await prisma.reaction.createMany({
    data: [
      { ...said, phone, emoji: '👍' },
      { ...said, phone: '628555555555', emoji: null },
    ],
  });
  await prisma.pollVote.createMany({
    data: [
      { ...said, phone, options: ['a', 'b'] },
      { ...said, phone: null, fromMe: true, options: ['b'] },
      { ...said, phone: '628555555555', options: [] },
    ],
  });
  await prisma.messageRevision.create({
    data: { messageId: id, content: { ...content, question: '!' }, until: said.at },
  });
  expect((await get(id)).json).toMatchObject({
    reactions: [{ emoji: '👍', fromMe: false, sender: { phone, lid: null } }],
    poll: {
      voters: 2,
      options: [
        { option: 'a', votes: 1, voters: [{ sender: { phone } }] },
        { option: 'b', votes: 2, voters: [{ sender: { phone } }, { fromMe: true, sender: null }] },
      ],
    },
    earlier: [{ content: { question: '!' }, until: said.at.toISOString() }],
  });
});
