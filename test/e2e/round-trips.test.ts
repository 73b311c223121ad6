import { beforeAll, expect, test } from 'vitest';
import { EventLog, linkProfile, waitFor } from '../../packages/testkit/dist/index.js';
import { type Cast, comeBack, goAway, introduce } from './round-trips/cast.js';
import { change, seeChanges } from './round-trips/changes.js';
import { channelTests } from './round-trips/channels.js';
import { groupTests } from './round-trips/groups.js';
import { hearAll, type Lane, type Opening, open, sayAll, vote } from './round-trips/lanes.js';
import { onePersonTests } from './round-trips/one-person.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const CAST_TIMEOUT_MS = 60_000;
const TABLE_TIMEOUT_MS = 120_000;
const product = useProduct({ durable: false, env: { MULTIWA_FFMPEG: 'no-such-program' } });
let cast: Cast;
beforeAll(async () => {
  cast = await introduce(product());
}, CAST_TIMEOUT_MS);

/** Who speaks to whom: from numbers of the gateway and from phones, to each other and in a group. */
function lanesOf(): Lane[] {
  const { ada, bob, cem, friend, hidden, group } = cast;
  const lane = (name: string, speaker: Lane['speaker'], listeners: Lane['listeners'], by: Lane['by']) => ({
    name,
    cast,
    speaker,
    listeners,
    by,
  });
  return [
    lane('a number to a phone', ada, [friend], 'phone'),
    lane('a phone to a number', friend, [ada], 'phone'),
    lane('a number to a LID', ada, [hidden], 'lid'),
    lane('a LID to a number', hidden, [ada], 'lid'),
    lane('a number to a number', ada, [bob], 'phone'),
    lane('a number to a number by LID', ada, [cem], 'lid'),
    lane('a number in a group', ada, [friend, bob], { group }),
    lane('a phone in a group', friend, [ada, bob], { group }),
  ];
}

async function openings(lanes: readonly Lane[]): Promise<[Lane, Opening][]> {
  return Promise.all(lanes.map(async (lane) => [lane, await open(lane)] as [Lane, Opening]));
}

test(
  'every kind goes both ways between numbers and phones, by number, by LID and in a group, as it was',
  async () => {
    showLogsOnFailure(product());
    await Promise.all(
      (await openings(lanesOf())).map(async ([lane, opening]) => {
        const said = await sayAll(lane, opening);
        const changes = await change(lane, opening);
        await hearAll(lane, opening, said);
        await seeChanges(lane, opening, changes);
        await vote(lane, said);
      }),
    );
  },
  TABLE_TIMEOUT_MS,
);

test(
  'who was away gets every kind when they are back: numbers that were let go, and phones that were off',
  async () => {
    showLogsOnFailure(product());
    const { ada, bob, cem, friend, hidden } = cast;
    const toNumbers = (await openings(lanesOf().map(withBobForAda))).filter(([{ speaker }]) => speaker !== ada);
    const fromAda = await openings(lanesOf().filter(({ speaker }) => speaker === ada));
    const sayIn = async ([lane, opening]: [Lane, Opening]) => {
      const said = await sayAll(lane, opening);
      return { lane, opening, said, changes: await change(lane, opening) };
    };
    await Promise.all([goAway(cast, bob), goAway(cast, cem)]);
    const missed = await Promise.all(toNumbers.map(sayIn));
    await Promise.all([goAway(cast, friend), goAway(cast, hidden)]);
    missed.push(...(await Promise.all(fromAda.map(sayIn))));
    await Promise.all([bob, cem, friend, hidden].map((one) => comeBack(cast, one)));
    await Promise.all(
      missed.map(async ({ lane, opening, said, changes }) => {
        await hearAll(lane, opening, said);
        await seeChanges(lane, opening, changes);
        await vote(lane, said);
      }),
    );
  },
  TABLE_TIMEOUT_MS,
);

/** What phones say to Ada is said to Bob instead, who is the one to be away. */
function withBobForAda(lane: Lane): Lane {
  const listeners =
    lane.listeners.length === 1 ? lane.listeners.map((one) => (one === cast.ada ? cast.bob : one)) : lane.listeners;
  return { ...lane, listeners };
}

test('what a phone says that we do not read is named, and the timer of a chat holds for what we answer', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const { log, ada } = cast;
  const friend = await sandbox.createPhone({ name: 'Modern' });
  const say = async (content: Record<string, unknown>) => {
    const { id } = await sandbox.send(friend.phone, { to: ada.phone.phone, content });
    return (await log.waitFor('message.received', ({ data }) => data.waMessageId === id)).data;
  };
  const unknown = await say({ eventMessage: { name: 'A party' } });
  expect(unknown.content).toEqual({ type: 'UNSUPPORTED', rawType: 'eventMessage' });
  expect(await client.messages.get(ada.profile.id, unknown.messageId)).toMatchObject({ type: 'UNSUPPORTED' });
  await say({ extendedTextMessage: { text: 'gone tomorrow', contextInfo: { expiration: 86_400 } } });
  const answer = await client.messages.send(ada.profile.id, { type: 'TEXT', to: friend.phone, text: 'mine too' });
  const { content } = await sandbox.waitForMessage(friend.phone, ({ id }) => id === answer.waMessageId);
  expect(content).toMatchObject({ extendedTextMessage: { contextInfo: { expiration: 86_400 } } });
});

test('a reaction stands at its message with who reacted, until it is taken back', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const { log, ada } = cast;
  const friend = await sandbox.createPhone({ name: 'Moved' });
  const sent = await client.messages.send(ada.profile.id, { type: 'TEXT', to: friend.phone, text: 'like it?' });
  await sandbox.waitForMessage(friend.phone, ({ id }) => id === sent.waMessageId);
  const key = { remoteJid: `${ada.phone.phone}@s.whatsapp.net`, id: sent.waMessageId, fromMe: false };
  for (const [text, reactions] of [
    ['❤️', [{ emoji: '❤️', fromMe: false, sender: { phone: friend.phone } }]],
    ['', []],
  ] as const) {
    const reactionMessage = { key, text, senderTimestampMs: Date.now() };
    await sandbox.send(friend.phone, { to: ada.phone.phone, content: { reactionMessage } });
    await log.waitFor('message.reaction', ({ data }) => data.messageId === sent.id && data.emoji === (text || null));
    expect(await client.messages.get(ada.profile.id, sent.id)).toMatchObject({ reactions });
  }
});

test('votes are tallied in polls that were sent and that came in, also between two numbers of one gateway', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const [ada, bob] = [await linkProfile(product(), 'Ada'), await linkProfile(product(), 'Bob')];
  const options = ['Morning', 'Evening'];
  const poll = await client.messages.send(ada.profile.id, {
    type: 'POLL',
    to: bob.phone.phone,
    question: 'When?',
    options,
    multiple: false,
  });
  const arrived = await log.waitFor('message.received', ({ profileId }) => profileId === bob.profile.id);
  expect(arrived.data).toMatchObject({ type: 'POLL', content: { question: 'When?', options, multiple: false } });
  await sandbox.waitForMessage(bob.phone.phone, ({ id }) => id === poll.waMessageId);
  for (const chosen of [['Morning'], ['Evening']]) await sandbox.vote(bob.phone.phone, poll.waMessageId, chosen);
  const tallies = [
    [ada.profile.id, poll.id, false],
    [bob.profile.id, arrived.data.messageId, true],
  ] as const;
  for (const [profileId, messageId, fromMe] of tallies) {
    const detail = await waitFor(
      async () => {
        const { poll: tally } = await client.messages.get(profileId, messageId);
        return tally?.options[1]?.votes === 1 && tally;
      },
      { what: 'the last vote to be counted' },
    );
    expect(detail).toMatchObject({
      voters: 1,
      options: [
        { option: 'Morning', votes: 0 },
        { option: 'Evening', votes: 1, voters: [{ fromMe }] },
      ],
    });
  }
  await log.waitFor('poll.vote', ({ data }) => data.messageId === poll.id && data.options[0] === 'Evening');
  const vote = { type: 'VOTE' as const, messageId: arrived.data.messageId, options: ['Morning'] };
  await client.messages.send(bob.profile.id, vote);
  for (const [, messageId, fromMe] of tallies) {
    const { data } = await log.waitFor(
      'poll.vote',
      (event) =>
        event.data.messageId === messageId && event.data.options[0] === 'Morning' && event.data.tally[1]?.votes === 0,
    );
    expect(data).toMatchObject({ fromMe, tally: [{ votes: 1 }, { votes: 0 }] });
  }
  expect(JSON.stringify(log.seen)).not.toContain('secret');
  await log.close();
});

channelTests(product);
onePersonTests(product);
// Last, since it kills the engine.
groupTests(product);
