import { timing } from '@multiwa/contracts';
import { areConcerned } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFlows } from '../src/flows.js';
import { answerOrStart } from '../src/received/answer-or-start.js';
import { readReceived } from '../src/received/received-message.js';
import {
  anyText,
  ask,
  chain,
  delay,
  type Person,
  type Place,
  saysStart,
  send,
  startWorld,
  tag,
  type World,
} from './support/world.js';

let world: World;

beforeAll(async () => {
  world = await startWorld();
  await world.startService();
});
afterAll(() => world.stop());

/** Handles a message at once, as the service does. */
function handle(envelope: Parameters<typeof readReceived>[0]) {
  const message = readReceived(envelope);
  if (typeof message === 'string') return Promise.resolve({ outcome: message });
  return answerOrStart({ database: world.database, flows: makeFlows() }, message);
}

async function placeWith(flow: object, change = {}): Promise<{ place: Place; person: Person; automationId: string }> {
  const place = await world.newPlace();
  const automationId = await world.publish(place, flow, change);
  return { place, person: await world.newPerson(place), automationId };
}

/** Passes the time until every wait of the place is over. */
function passTime({ workspaceId }: Place) {
  return world.database.pool.query(
    `UPDATE "AutomationRun" SET "wakeAt" = now() WHERE "workspaceId" = $1 AND "status" = 'WAITING'`,
    [workspaceId],
  );
}

test('an answer that was told before two contacts became one continues the run of the one', async () => {
  const { place, person } = await placeWith(chain(saysStart, ask('day', 'Which day?'), send('bye', 'So {{vars.day}}')));
  await world.say(place, person, 'start');
  await world.untilRuns(place, 1, 'WAITING');
  const contactId = newId();
  const { profileId } = place;
  await world.database.prisma.mergedRow.create({
    data: { id: contactId, profileId, intoId: person.contactId, was: {} },
  });
  await world.say(place, person, 'Sunday', { contactId });
  await world.untilRuns(place, 1, 'COMPLETED');
  expect(await world.texts(place, person)).toEqual(['Which day?', 'So Sunday']);
});

test('a received message walks a flow to its end: text, question, answer, tag', async () => {
  const flow = chain(
    saysStart,
    send('hi', 'Hi {{name}}'),
    ask('day', 'Which day?'),
    tag('t', ['asked'], ['new']),
    send('bye', 'So {{vars.day}}'),
  );
  const { place } = await placeWith(flow);
  const person = await world.newPerson(place, { name: 'Budi', tags: ['new', 'vip'] });
  await world.say(place, person, 'start');
  await world.untilRuns(place, 1, 'WAITING');
  await world.say(place, person, 'Sunday');
  const [run] = await world.untilRuns(place, 1, 'COMPLETED');
  expect(await world.texts(place, person)).toEqual(['Hi Budi', 'Which day?', 'So Sunday']);
  const contact = await world.database.prisma.contact.findUnique({ where: { id: person.contactId } });
  expect(contact?.tags).toEqual(['vip', 'asked']);
  const steps = await world.database.prisma.automationRunStep.findMany({
    where: { runId: run?.id },
    orderBy: { step: 'asc' },
  });
  expect(steps.map(({ step, nodeId, outcome }) => [step, nodeId, outcome])).toEqual([
    [0, 'hi', 'next'],
    [1, 'day', 'answered'],
    [2, 't', 'next'],
    [3, 'bye', 'next'],
    [4, 'end', 'end'],
  ]);
  const events = await world.database.prisma.event.findMany({
    where: { profileId: place.profileId },
    orderBy: { sequence: 'asc' },
  });
  expect(events.map(({ type }) => type)).toEqual(['automation.run.started', 'automation.run.ended']);
  expect(events[1]?.data).toMatchObject({ runId: run?.id, status: 'COMPLETED', failureCode: null });
});

test('messages are accepted under ids made of run and step, and handed to the profile’s commands', async () => {
  const { place, person } = await placeWith(chain(anyText, send('hi', 'Hi')));
  await world.say(place, person, 'x');
  const [run] = await world.untilRuns(place, 1, 'COMPLETED');
  const message = await waitFor(
    async () => {
      const row = await world.database.prisma.message.findFirst({ where: { profileId: place.profileId } });
      return row?.commandedAt ? row : undefined;
    },
    { what: 'the message to be commanded' },
  );
  expect(message).toMatchObject({
    idempotencyKey: `automation:${run?.id}:0`,
    origin: 'AUTOMATION',
    status: 'QUEUED',
    chat: person.chat,
  });
});

test('own messages, groups, nobody’s messages and messages of other workspaces start nothing', async () => {
  const { place, person } = await placeWith(chain(anyText, send('hi', 'Hi')));
  const other = await placeWith(chain(saysStart, send('hi', 'Hi')));
  await expect(handle(world.received(place, person, { fromMe: true }))).resolves.toEqual({ outcome: 'own_message' });
  await expect(handle(world.received(place, person, { chat: '123-456@g.us' }))).resolves.toEqual({ outcome: 'group' });
  await expect(handle(world.received(place, person, { contactId: null }))).resolves.toEqual({ outcome: 'nobody' });
  await expect(handle(world.received(other.place, other.person))).resolves.toMatchObject({ outcome: 'no_match' });
  await world.say(place, person, 'x', { fromMe: true });
  await world.say(other.place, other.person, 'start');
  await world.untilRuns(other.place, 1, 'COMPLETED');
  expect(await world.runs(place)).toEqual([]);
});

test('disabled, unpublished, deleted and other profiles’ automations start nothing', async () => {
  const { place, person } = await placeWith(chain(anyText, send('hi', 'Hi')), { enabled: false });
  const { profileId } = await world.newPlace();
  await world.publish(place, chain(anyText, send('hi', 'Hi')), { profileId });
  const deleted = await world.publish(place, chain(anyText, send('hi', 'Hi')));
  const draft = await world.publish(place, chain(anyText, send('hi', 'Hi')));
  const { prisma } = world.database;
  await prisma.automation.update({ where: { id: deleted }, data: { deletedAt: new Date() } });
  await prisma.automation.update({ where: { id: draft }, data: { publishedVersion: null } });
  expect(await handle(world.received(place, person))).toEqual({ outcome: 'no_match' });
});

test('a message that is delivered again, also beside itself, starts one run', async () => {
  const { place, person } = await placeWith(chain(anyText, send('hi', 'Hi')));
  const envelope = world.received(place, person);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => handle(envelope)));
  expect(outcomes.filter(({ outcome }) => outcome === 'started')).toHaveLength(1);
  await world.untilRuns(place, 1, 'COMPLETED');
  // A flow that came later does not get the old message either.
  await world.publish(place, chain(anyText, send('hi', 'Late')), { priority: 9 });
  expect(await handle(envelope)).toEqual({ outcome: 'handled_before' });
  expect(await world.texts(place)).toEqual(['Hi']);
});

test('an answer that is delivered again neither answers the next question nor starts anything', async () => {
  const { place, person } = await placeWith(chain(anyText, ask('a', 'First?'), ask('b', 'Second?')));
  await world.say(place, person, 'x');
  await world.untilRuns(place, 1, 'WAITING');
  const answer = await world.say(place, person, 'one');
  await waitFor(async () => (await world.texts(place)).length === 2, { what: 'the second question' });
  await world.untilRuns(place, 1, 'WAITING');
  expect(await handle(answer)).toEqual({ outcome: 'handled_before' });
  expect((await world.runs(place))[0]).toMatchObject({ status: 'WAITING', nodeId: 'b' });
  await world.say(place, person, 'two');
  const [run] = await world.untilRuns(place, 1, 'COMPLETED');
  expect(run?.variables).toEqual({ a: 'one', b: 'two', last_message: 'two' });
  expect(await handle(answer)).toEqual({ outcome: 'handled_before' });
});

test('what was written before a question is no answer to it', async () => {
  const { place, person } = await placeWith(chain(saysStart, ask('a', 'Which?')));
  const early = world.received(place, person, { text: 'early' });
  early.timestamp = new Date(Date.now() - 60_000).toISOString();
  await world.say(place, person, 'start');
  await world.untilRuns(place, 1, 'WAITING');
  expect(await handle(early)).toEqual({ outcome: 'no_match' });
  expect(await world.untilRuns(place, 1, 'WAITING')).toHaveLength(1);
});

test('of two questions the latest gets the answer, and no new flow starts', async () => {
  const { place, person } = await placeWith(
    chain({ ...saysStart, match: { how: 'exact', value: 'one' } }, ask('a', 'One?')),
    { priority: 5 },
  );
  await world.publish(place, chain(saysStart, ask('b', 'Two?')), { priority: 9 });
  await world.publish(place, chain(anyText, send('c', 'What?')));
  await world.say(place, person, 'one');
  await world.untilRuns(place, 1, 'WAITING');
  await world.database.pool.query(`UPDATE "AutomationRun" SET "waitKind" = 'delay' WHERE "workspaceId" = $1`, [
    place.workspaceId,
  ]);
  await world.say(place, person, 'start');
  await world.untilRuns(place, 2, 'WAITING');
  await world.database.pool.query(`UPDATE "AutomationRun" SET "waitKind" = 'ask' WHERE "workspaceId" = $1`, [
    place.workspaceId,
  ]);
  await world.say(place, person, 'done');
  const [run] = await world.untilRuns(place, 1, 'COMPLETED');
  expect(run?.variables).toMatchObject({ b: 'done' });
  expect(await world.runs(place)).toHaveLength(2);
});

test('a contact is in a flow once, and cools down before entering it again', async () => {
  const { place, person } = await placeWith(chain(anyText, delay('d', 3600)), { cooldownSeconds: 3600 });
  await world.say(place, person, 'x');
  await world.untilRuns(place, 1, 'WAITING');
  expect(await handle(world.received(place, person))).toEqual({ outcome: 'active' });
  await passTime(place);
  await world.untilRuns(place, 1, 'COMPLETED');
  expect(await handle(world.received(place, person))).toEqual({ outcome: 'no_match' });
  await world.database.pool.query(
    `UPDATE "AutomationRun" SET "createdAt" = now() - interval '3601 seconds' WHERE "workspaceId" = $1`,
    [place.workspaceId],
  );
  expect(await handle(world.received(place, person))).toMatchObject({ outcome: 'started' });
});

test('many messages of one contact at the same moment start one run', async () => {
  const { place, person } = await placeWith(chain(anyText, delay('d', 3600)));
  await Promise.all(Array.from({ length: 10 }, () => handle(world.received(place, person))));
  expect(await world.runs(place)).toHaveLength(1);
});

test('a robot on the other side is answered a limited number of times, and that is recorded once', async () => {
  const { place, person, automationId } = await placeWith(chain(anyText, send('hi', 'I am a robot')));
  const { runsPerWindow } = timing.automation;
  for (let round = 0; round < runsPerWindow + 5; round += 1) {
    await handle(world.received(place, person));
    // Only one run at a time.
    await world.untilRuns(place, Math.min(round + 1, runsPerWindow), 'COMPLETED');
  }
  expect(await world.texts(place)).toHaveLength(runsPerWindow);
  const refused = await world.runs(place, { status: 'FAILED' });
  expect(refused).toMatchObject([{ automationId, failureCode: 'bot_loop', step: 0 }]);
  const another = await world.newPerson(place);
  expect(await handle(world.received(place, another))).toMatchObject({ outcome: 'started' });
});

test('one run cannot flood a contact either', async () => {
  const { place, person } = await placeWith({
    ...chain(anyText, send('hi', 'Hi'), delay('d')),
    edges: [
      { from: 'hi', way: 'next', to: 'd' },
      { from: 'd', way: 'next', to: 'hi' },
    ],
  });
  const { messagesPerWindow } = timing.automation;
  const { prisma } = world.database;
  const waMessageId = (index: number) => `FLOOD${index}`;
  await prisma.message.createMany({
    data: Array.from({ length: messagesPerWindow - 1 }, (_, index) => ({
      ...place,
      chat: person.chat,
      waMessageId: waMessageId(index),
      fromMe: true,
      origin: 'AUTOMATION' as const,
      type: 'TEXT' as const,
      content: { type: 'TEXT', text: 'before' },
      status: 'SENT' as const,
    })),
  });
  await world.say(place, person, 'x');
  await world.untilRuns(place, 1, 'WAITING');
  await passTime(place);
  const [run] = await world.untilRuns(place, 1, 'FAILED');
  expect(run).toMatchObject({ failureCode: 'bot_loop', step: 3 });
  expect(await world.texts(place)).toHaveLength(messagesPerWindow);
});

test('two profiles of the gateway do not answer one another’s automatic answers', async () => {
  const one = await placeWith(chain(anyText, send('hi', 'From one')));
  const two = await placeWith(chain(anyText, send('hi', 'From two')));
  const phone = '628999888777';
  await world.database.prisma.profile.update({ where: { id: one.place.profileId }, data: { phone } });
  await world.say(one.place, one.person, 'x');
  await world.untilRuns(one.place, 1, 'COMPLETED');
  const sent = await world.database.prisma.message.findFirst({ where: { profileId: one.place.profileId } });
  const sender = { phone, lid: null, pushName: null };
  const arrived = world.received(two.place, two.person, { waMessageId: sent?.waMessageId ?? '', sender });
  expect(await handle(arrived)).toEqual({ outcome: 'automatic' });
  expect(await handle(world.received(two.place, two.person, { sender }))).toMatchObject({ outcome: 'started' });
});

test('the first message of a contact starts what waits for it, a picture what takes anything', async () => {
  const { place, person } = await placeWith(chain({ kind: 'first_message' }, send('hi', 'Welcome')), { priority: 9 });
  await world.publish(place, chain(anyText, send('hi', 'Again')));
  await world.publish(
    place,
    chain({ kind: 'message_matches', match: { how: 'regex', value: '.*' } }, send('hi', 'No')),
    {
      priority: 5,
    },
  );
  await world.say(place, person, 'x', { firstOfContact: true });
  await world.untilRuns(place, 1, 'COMPLETED');
  await world.say(place, person, '', { rawType: 'imageMessage' });
  await world.untilRuns(place, 2, 'COMPLETED');
  expect(await world.texts(place)).toEqual(['Welcome', 'Again']);
});

test('whom no automation listens to, and none is in the middle of a run with, costs no transaction', async () => {
  const flow = chain(saysStart, ask('day', 'Which day?'), send('bye', 'So {{vars.day}}'));
  const { place, person, automationId } = await placeWith(flow);
  const [stranger, merged] = [await world.newPerson(place), newId()];
  const elsewhere = await world.newPlace();
  const other = await world.newPerson(elsewhere);
  const { profileId } = place;
  const data = { id: merged, profileId, intoId: person.contactId, was: {} };
  await world.database.prisma.mergedRow.create({ data });
  const concerned = () =>
    areConcerned(world.database.pool, [
      { ...place, contactId: person.contactId },
      { ...elsewhere, contactId: other.contactId },
      { ...place, contactId: stranger.contactId },
      { ...place, contactId: merged },
    ]);
  expect(await concerned()).toEqual([true, false, true, true]);

  await world.say(place, person, 'start');
  await world.untilRuns(place, 1, 'WAITING');
  await world.database.prisma.automation.update({ where: { id: automationId }, data: { enabled: false } });
  expect(await concerned()).toEqual([true, false, false, true]);
  // What was begun is ended, also by an automation that starts nothing any more.
  await world.say(place, person, 'Sunday');
  await world.untilRuns(place, 1, 'COMPLETED');
  expect(await concerned()).toEqual([false, false, false, false]);
});
