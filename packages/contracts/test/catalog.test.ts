import { describe, expect, test } from 'vitest';
import {
  asks,
  commandShardCount,
  commands,
  consumers,
  events,
  facts,
  profileConsumer,
  streams,
  subjects,
} from '../src/index.js';

const profileIds = Array.from({ length: 500 }, (_, index) => `c${index.toString(36).padStart(24, '0')}`);
const [profileId = ''] = profileIds;

/** Whether a subject falls under a pattern, by NATS' rules for `*` and `>`. */
function matches(pattern: string, subject: string): boolean {
  const [wanted, given] = [pattern.split('.'), subject.split('.')];
  const open = wanted.at(-1) === '>';
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((token, index) => token === '*' || token === '>' || token === given[index]);
}

function streamsOf(subject: string): string[] {
  return streams
    .filter((stream) => stream.subjects.some((pattern) => matches(pattern, subject)))
    .map(({ name }) => name);
}

const stored = [
  ...profileIds.flatMap((id) => Object.keys(commands).map((verb) => subjects.command(id, verb))),
  ...Object.keys(facts).map((kind) => subjects.fact(profileId, kind)),
  ...Object.keys(events).flatMap((type) => [
    subjects.event(profileId, profileId, type),
    subjects.event(profileId, null, type),
  ]),
];
const passing = [
  ...Object.keys(asks).map((verb) => subjects.ask(profileId, verb)),
  ...Object.values(subjects.nudge).map((nudge) => (typeof nudge === 'string' ? nudge : nudge('LIVE'))),
];

test('every command, fact and event belongs to exactly one stream', () => {
  expect(stored.filter((subject) => streamsOf(subject).length !== 1)).toEqual([]);
});

test('no question and no nudge is stored', () => {
  expect(passing.filter((subject) => streamsOf(subject).length > 0)).toEqual([]);
});

describe('the shard of a profile', () => {
  test('is the same for its subjects, its filter and its stream', () => {
    for (const id of profileIds) {
      const subject = subjects.command(id, 'send');
      expect(streamsOf(subject)).toEqual([subjects.commandStreamOf(id)]);
      expect(matches(subjects.commandsOf(id), subject)).toBe(true);
    }
  });

  test('never changes: commands already stored must be found', () => {
    expect(subjects.command('cmh3k2v1x0000qzrm5t9ab3de', 'send')).toBe('cmd.05.cmh3k2v1x0000qzrm5t9ab3de.send');
  });

  test('is spread over all streams', () => {
    expect(new Set(profileIds.map(subjects.commandStreamOf)).size).toBe(commandShardCount);
  });
});

test('every shared consumer reads subjects of its own stream, and no two share a work queue', () => {
  for (const { stream, filter } of Object.values(consumers)) {
    const read = stored.filter((subject) => matches(filter, subject));
    expect(read.length).toBeGreaterThan(0);
    expect(new Set(read.flatMap(streamsOf))).toEqual(new Set([stream]));
  }
  const queues = streams.filter(({ retention }) => retention === 'work-queue').map(({ name }) => name);
  const onQueues = Object.values(consumers).filter(({ stream }) => queues.includes(stream));
  expect(new Set(onQueues.map(({ stream }) => stream)).size).toBe(onQueues.length);
});

test('a JID or a wildcard cannot get into a subject', () => {
  for (const bad of ['628@s.whatsapp.net', '*', '>', 'a b', '']) {
    expect(() => subjects.command(bad, 'send')).toThrow(/cannot stand in a subject/);
  }
});

test('names of profile consumers of one profile share a prefix that no other profile’s have', () => {
  expect(profileConsumer.name(profileId, 12, 3).startsWith(profileConsumer.namePrefix(profileId))).toBe(true);
  expect(profileConsumer.name(`${profileId}0`, 12, 3).startsWith(profileConsumer.namePrefix(profileId))).toBe(false);
});
