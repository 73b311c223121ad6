import type { MessageStatus, SendCommand } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { createLogger } from '@multiwa/runtime';
import { expect, test } from 'vitest';
import type { SendOutcome } from '../src/engines/engine.js';
import { CommandRunner } from '../src/outbound/command-runner.js';

const acceptedAt = new Date(Date.now() + 60_000);

const command = (over: Partial<SendCommand> = {}): SendCommand => ({
  messageId: newId(),
  workspaceId: newId(),
  profileId: newId(),
  waMessageId: '3EB0000000000000',
  chat: '628111111111@s.whatsapp.net',
  content: { type: 'TEXT', text: 'Hello' },
  acceptedAt: acceptedAt.toISOString(),
  ...over,
});

/** A runner over answers of the database and of WhatsApp, each given in turn; the last one repeats. */
function makeRunner(answers: { statuses: (MessageStatus | undefined)[]; sends?: SendOutcome[]; acts?: boolean[] }) {
  const next = <T>(list: T[]): T => (list.length > 1 ? (list.shift() as T) : (list[0] as T));
  const { statuses, sends = [{ kind: 'sent', at: new Date() }], acts = [true] } = answers;
  const told = { sends: 0, facts: [] as string[], outcomes: [] as string[] };
  const runner = new CommandRunner({
    connection: {
      send: async () => {
        told.sends += 1;
        return next(sends);
      },
    },
    mayAct: () => next(acts),
    standingOf: async () => {
      const status = next(statuses);
      return status && { status, acceptedAt };
    },
    say: async ({ status }) => void told.facts.push(status),
    logger: createLogger('test', 'silent'),
    onOutcome: (outcome) => told.outcomes.push(outcome),
    since: new Date(),
  });
  return { told, run: (over: Partial<SendCommand>) => runner.handle({ payload: command(over), redelivered: false }) };
}

test.each<[MessageStatus | undefined, number]>([
  ['QUEUED', 1],
  ['SCHEDULED', 0],
  ['CANCELLED', 0],
  ['FAILED', 0],
  [undefined, 0],
])('a guarded message that is %s is sent %d times, and its command is done with', async (status, sends) => {
  const { told, run } = makeRunner({ statuses: [status] });
  expect(await run({ guarded: true })).toBe('done');
  expect(told).toEqual({
    sends,
    facts: sends ? ['SENT'] : [],
    outcomes: [sends ? 'sent' : 'taken_back'],
  });
});

test('a command from before a message was taken back is not sent beside the one from after', async () => {
  const { told, run } = makeRunner({ statuses: ['QUEUED'] });
  const before = new Date(acceptedAt.getTime() - 1_000).toISOString();
  expect(await run({ guarded: true, acceptedAt: before })).toBe('done');
  expect(await run({ guarded: true })).toBe('done');
  expect(told).toEqual({ sends: 1, facts: ['SENT'], outcomes: ['taken_back', 'sent'] });
});

test('a message taken back while its send is to be tried again is not tried again', async () => {
  const { told, run } = makeRunner({
    statuses: ['QUEUED', 'SCHEDULED'],
    sends: [{ kind: 'retry', detail: 'busy' }],
  });
  expect(await run({ guarded: true })).toBe('done');
  expect(told).toEqual({ sends: 1, facts: [], outcomes: ['taken_back'] });
});

test('a message taken back while the lease is unsure is not sent once it is sure', async () => {
  const { told, run } = makeRunner({ statuses: ['QUEUED', 'SCHEDULED'], acts: [true, false, true] });
  expect(await run({ guarded: true })).toBe('done');
  expect(told.sends).toBe(0);
});

test('other messages are sent without asking the database', async () => {
  const { told, run } = makeRunner({ statuses: ['CANCELLED'] });
  expect(await run({})).toBe('done');
  expect(told).toEqual({ sends: 1, facts: ['SENT'], outcomes: ['sent'] });
});
