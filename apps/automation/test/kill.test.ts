import { waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnService } from './support/process.js';
import {
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
});
afterAll(() => world.stop());

const contacts = 50;
const flow = chain(
  saysStart,
  send('hi', 'Hi'),
  ask('day', 'Which day?'),
  tag('t', ['asked']),
  delay('d', 1),
  send('bye', 'So {{vars.day}}'),
);

/** What a person at a phone does: starts, and answers when asked. */
async function converse(place: Place, person: Person, answer: string): Promise<void> {
  await world.say(place, person, 'start');
  await waitFor(async () => (await world.texts(place, person)).includes('Which day?'), {
    what: 'the question',
    timeoutMs: 50_000,
  });
  await waitFor(
    async () => (await world.runs(place, { contactId: person.contactId, status: 'WAITING' })).length === 1,
    { what: 'the wait' },
  );
  await world.say(place, person, answer);
}

test('contacts walk a flow with waits while drivers are killed: each step of each run exactly once', {
  timeout: 120_000,
}, async () => {
  const place = await world.newPlace();
  await world.publish(place, flow);
  const people = await Promise.all(Array.from({ length: contacts }, () => world.newPerson(place)));
  const [first] = await Promise.all([spawnService(world), spawnService(world)]);
  const walking = Promise.all(people.map((person, index) => converse(place, person, `day ${index}`)));
  const count = (where: object) =>
    world.database.prisma.automationRunStep.count({ where: { run: { workspaceId: place.workspaceId }, ...where } });

  await waitFor(async () => (await count({})) >= contacts / 2, {
    what: 'the first steps',
    everyMs: 5,
    timeoutMs: 30_000,
  });
  await first.kill();
  const third = await spawnService(world);
  await waitFor(async () => (await count({ kind: 'ask' })) >= contacts / 4, {
    what: 'the first answers',
    everyMs: 5,
    timeoutMs: 40_000,
  });
  await third.kill();
  const fourth = await spawnService(world);
  await walking;
  await world.untilRuns(place, contacts, 'COMPLETED');

  const runs = await world.runs(place);
  expect(runs).toHaveLength(contacts);
  expect(new Set(runs.map(({ contactId }) => contactId)).size).toBe(contacts);
  for (const [index, person] of people.entries()) {
    expect(await world.texts(place, person)).toEqual(['Hi', 'Which day?', `So day ${index}`]);
  }
  expect(await count({})).toBe(contacts * 6);
  for (const nodeId of ['hi', 'day', 't', 'd', 'bye', 'end'])
    expect([nodeId, await count({ nodeId })]).toEqual([nodeId, contacts]);
  const types = await world.database.prisma.event.groupBy({
    by: ['type'],
    where: { profileId: place.profileId },
    _count: true,
  });
  expect(Object.fromEntries(types.map(({ type, _count }) => [type, _count]))).toEqual({
    'automation.run.started': contacts,
    'automation.run.ended': contacts,
  });
  expect(await fourth.terminate()).toBe(0);
});
