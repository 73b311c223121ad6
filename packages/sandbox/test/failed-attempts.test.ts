import { describe, expect, it } from 'vitest';
import { mendFailedAttempts } from '../src/failed-attempts.js';
import { Party } from './support/party.js';

const ROUNDS = 4;

/** Two people begin to write to each other at the same moment and go on; returns how many messages nobody could read. */
async function crossedConversation(): Promise<number> {
  const [ann, ben] = [new Party('100001@lid'), new Party('100002@lid')];
  await Promise.all([ann.begin(ben), ben.begin(ann)]);
  let unread = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [fromAnn, fromBen] = [await ann.say(ben), await ben.say(ann)];
    if (!(await ben.hear(ann, fromAnn))) unread += 1;
    if (!(await ann.hear(ben, fromBen))) unread += 1;
  }
  return unread;
}

describe('a message of one Signal session', () => {
  it('damages the other session of the same two people, as the library is released', async () => {
    expect(await crossedConversation()).toBeGreaterThan(0);
  });

  it('leaves the other session alone once the library is mended, and nothing becomes unreadable', async () => {
    mendFailedAttempts();
    mendFailedAttempts();
    expect(await crossedConversation()).toBe(0);
  });
});
