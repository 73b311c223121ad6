import { expect, test } from 'vitest';
import { forgetOldChains } from '../src/old-chains.js';
import { Party } from './support/party.js';

const TURNS = 30;

/** Each writes and is answered; the two agree on keys first. */
async function conversation() {
  forgetOldChains();
  const [ann, ben] = [new Party('100001@lid'), new Party('100002@lid')];
  await ann.begin(ben);
  const turn = async () => {
    expect(await ben.hear(ann, await ann.say(ben))).toBe(true);
    expect(await ann.hear(ben, await ben.say(ann))).toBe(true);
  };
  for (let count = 0; count < TURNS; count += 1) await turn();
  return { ann, ben, turn };
}

test('a session takes no more room after many turns of a conversation than after some', async () => {
  const { ann, ben, turn } = await conversation();
  const settled = [ann.stored(ben), ben.stored(ann)];
  for (let count = 0; count < 2 * TURNS; count += 1) await turn();
  const grown = [ann.stored(ben), ben.stored(ann)].map((bytes, index) => bytes - (settled[index] ?? 0));
  // Numbers of messages have more digits now.
  for (const bytes of grown) expect(bytes).toBeLessThan(20);
});

test('a message that comes many turns late is read, and one that comes again is not', async () => {
  const { ann, ben, turn } = await conversation();
  const late = await ann.say(ben);
  const early = await ann.say(ben);
  expect(await ben.hear(ann, early)).toBe(true);
  for (let count = 0; count < TURNS; count += 1) await turn();
  expect(await ben.hear(ann, early)).toBe(false);
  expect(await ben.hear(ann, late)).toBe(true);
  await turn();
});
