import { type SendCommand, timing } from '@multiwa/contracts';
import type { BeginVerdict, SendToBegin } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { createLogger, passOn } from '@multiwa/runtime';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { SendOutcome } from '../src/engines/engine.js';
import { CommandRunner } from '../src/outbound/command-runner.js';
import { RecentIds } from '../src/recent-ids.js';

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
function makeRunner(answers: { verdicts: BeginVerdict[]; sends?: SendOutcome[]; acts?: boolean[] }) {
  const next = <T>(list: T[]): T => (list.length > 1 ? (list.shift() as T) : (list[0] as T));
  const { verdicts, sends = [{ kind: 'sent', at: new Date() }], acts = [true] } = answers;
  const told = { sends: 0, facts: [] as string[], outcomes: [] as string[] };
  const asked: SendToBegin[] = [];
  const runner = new CommandRunner({
    connection: {
      showTyping: async () => undefined,
      prepare: async () => undefined,
      send: async () => {
        told.sends += 1;
        return next(sends);
      },
    },
    mayAct: () => next(acts),
    begin: async (send) => {
      asked.push(send);
      return { verdict: next(verdicts), expiresInSeconds: undefined };
    },
    say: async ({ status, failure }) => void told.facts.push(failure?.code ?? status),
    concluded: new RecentIds(10),
    at: passOn,
    logger: createLogger('test', 'silent'),
    onOutcome: (outcome) => told.outcomes.push(outcome),
  });
  return {
    told,
    asked,
    end: () => runner.end(),
    run: (over: Partial<SendCommand>) => runner.handle({ payload: command(over) }),
  };
}

test.each<[verdict: BeginVerdict, guarded: boolean, outcome: string, fact?: string]>([
  ['begun', true, 'sent', 'SENT'],
  ['begun', false, 'sent', 'SENT'],
  ['taken_back', true, 'taken_back'],
  ['taken_back', false, 'taken_back'],
  ['over', true, 'repeated'],
  ['over', false, 'repeated'],
  ['expired', false, 'expired', 'expired'],
  ['unknown', true, 'taken_back'],
  ['unknown', false, 'sent', 'SENT'],
])(
  'of a send that is %s (guarded: %s) the outcome is %s, and its command is done with',
  async (verdict, guarded, outcome, fact) => {
    const { told, run } = makeRunner({ verdicts: [verdict] });
    expect(await run({ guarded })).toBe('done');
    expect(told).toEqual({ sends: outcome === 'sent' ? 1 : 0, facts: fact ? [fact] : [], outcomes: [outcome] });
  },
);

test('a guarded send begins only with the time that its command carries; another asks for none', async () => {
  const { asked, run } = makeRunner({ verdicts: ['begun'] });
  await run({ guarded: true });
  await run({});
  expect(asked.map((send) => send.acceptedAt)).toEqual([acceptedAt, null]);
});

test('a row that is busy is asked for again, and a command whose outcome is known is not carried out again', async () => {
  const { told, run } = makeRunner({ verdicts: ['busy', 'busy', 'begun'] });
  const messageId = newId();
  expect(await run({ messageId })).toBe('done');
  expect(await run({ messageId })).toBe('done');
  expect(told).toEqual({ sends: 1, facts: ['SENT'], outcomes: ['sent', 'repeated'] });
});

test('a message past its time that the database does not know is not sent', async () => {
  const { told, run } = makeRunner({ verdicts: ['unknown'] });
  expect(await run({ expiresAt: new Date(Date.now() - 1_000).toISOString() })).toBe('done');
  expect(told).toEqual({ sends: 0, facts: ['expired'], outcomes: ['expired'] });
});

test('a message taken back while its send is to be tried again is not tried again', async () => {
  const { told, run } = makeRunner({
    verdicts: ['begun', 'taken_back'],
    sends: [{ kind: 'retry', detail: 'busy' }],
  });
  expect(await run({ guarded: true })).toBe('done');
  expect(told).toEqual({ sends: 1, facts: [], outcomes: ['taken_back'] });
});

test('a message taken back while the lease is unsure is not sent once it is sure', async () => {
  const { told, run } = makeRunner({ verdicts: ['begun', 'taken_back'], acts: [true, false, true] });
  expect(await run({ guarded: true })).toBe('done');
  expect(told.sends).toBe(0);
});

test('a send that WhatsApp never confirms is tried five times and then ends FAILED, and later ones of the chat follow', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const lost: SendOutcome = { kind: 'retry', detail: 'WhatsApp did not confirm in time.' };
  const attempts = timing.send.retryMs.length + 1;
  const sends = [...Array.from({ length: attempts }, () => lost), { kind: 'sent' as const, at: new Date() }];
  const { told, run } = makeRunner({ verdicts: ['begun'], sends });
  const ended = Promise.all([run({}), run({})]);
  for (const pauseMs of timing.send.retryMs) await vi.advanceTimersByTimeAsync(pauseMs);
  expect(await ended).toEqual(['done', 'done']);
  expect(told).toEqual({
    sends: attempts + 1,
    facts: ['attempts_exhausted', 'SENT'],
    outcomes: ['attempts_exhausted', 'sent'],
  });
});

test('however many chats wait to be tried again, another one is sent at once', async () => {
  const busy = timing.send.chatsAtOnce + 4;
  const retries = Array.from({ length: busy }, (): SendOutcome => ({ kind: 'retry', detail: 'busy' }));
  const { told, run, end } = makeRunner({ verdicts: ['begun'], sends: [...retries, { kind: 'sent', at: new Date() }] });
  const waiting = Array.from({ length: busy }, (_, n) => run({ chat: `${n}@s.whatsapp.net` }));
  expect(await run({ chat: 'another@s.whatsapp.net' })).toBe('done');
  expect(told).toEqual({ sends: busy + 1, facts: ['SENT'], outcomes: ['sent'] });
  end();
  await Promise.all(waiting);
});
