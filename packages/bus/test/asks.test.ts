import { CodedError } from '@multiwa/contracts';
import { beforeEach, expect, test } from 'vitest';
import type { Bus } from '../src/index.js';
import { anId } from './support/data.js';
import { makeLog, openBus, ownNats } from './support/nats.js';
import { waitFor } from './support/wait-for.js';

const question = { phone: '6281234567890' };
const answer = { code: 'ABCD1234', expiresAt: '2026-01-01T00:00:00.000Z' };
let asker: Bus;
let owner: Bus;
let log = makeLog();

beforeEach(async () => {
  const { url } = await ownNats();
  log = makeLog();
  [asker, owner] = [await openBus(url), await openBus(url, log)];
});

/** A subscription is known to the server once something sent after it has come back. */
async function settled(bus: Bus): Promise<void> {
  await bus.publishEvents([]);
  const subject = `nudge.test.${anId()}`;
  let heard = false;
  const { stop } = bus.onNudge(subject, () => {
    heard = true;
  });
  bus.nudge(subject);
  await waitFor('an echo', () => heard);
  stop();
}

test('the owner of the profile answers', async () => {
  const profileId = anId();
  owner.answer('pairing-code', profileId, async ({ phone }) => ({ ...answer, code: phone.slice(-8) }));
  await settled(owner);
  expect(await asker.ask('pairing-code', profileId, question)).toEqual({ ...answer, code: '34567890' });
});

test('without an owner it fails at once with profile_not_connected', async () => {
  const { stop } = owner.answer('pairing-code', anId(), async () => answer);
  stop();
  await expect(asker.ask('pairing-code', anId(), question)).rejects.toMatchObject({ code: 'profile_not_connected' });
});

test('a coded error travels back as itself, any other one as internal_error without its words', async () => {
  const [coded, uncoded] = [anId(), anId()];
  owner.answer('pairing-code', coded, async () => {
    throw new CodedError('profile_already_linked', { detail: 'Linked to another number.' });
  });
  owner.answer('pairing-code', uncoded, async () => {
    throw new Error('password in a stack trace');
  });
  await settled(owner);
  await expect(asker.ask('pairing-code', coded, question)).rejects.toMatchObject({
    name: 'CodedError',
    code: 'profile_already_linked',
    message: 'Linked to another number.',
  });
  const failure = await asker.ask('pairing-code', uncoded, question).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'internal_error' });
  expect(String(failure)).not.toContain('password');
});

test('a question that does not fit its schema is refused, and the next one is answered', async () => {
  const profileId = anId();
  owner.answer('pairing-code', profileId, async () => answer);
  await settled(owner);
  await expect(asker.ask('pairing-code', profileId, { phone: 'not digits' })).rejects.toMatchObject({
    code: 'validation_failed',
  });
  expect(await asker.ask('pairing-code', profileId, question)).toEqual(answer);
});

const proxyQuestion = { proxyUrl: 'http://proxy.example.com:3128' };

test('a question to the workers of a network is answered by exactly one of them, and by none of another network', async () => {
  const answered: string[] = [];
  const answerAs = (bus: Bus, name: string, network: 'LIVE' | 'SANDBOX') =>
    bus.answerAsWorker('proxy-test', network, async () => {
      answered.push(name);
      return { ok: true, ms: 1, problem: null };
    });
  answerAs(owner, 'first', 'SANDBOX');
  answerAs(asker, 'second', 'SANDBOX');
  answerAs(owner, 'live', 'LIVE');
  await settled(owner);
  await settled(asker);
  for (let question = 0; question < 10; question += 1) {
    expect(await asker.askWorker('proxy-test', 'SANDBOX', proxyQuestion)).toEqual({ ok: true, ms: 1, problem: null });
  }
  expect(answered.length).toBe(10);
  expect(answered).not.toContain('live');
});

test('where a network has no worker the question fails at once with service_unavailable', async () => {
  const { stop } = owner.answerAsWorker('proxy-test', 'LIVE', async () => ({ ok: true, ms: 1, problem: null }));
  await settled(owner);
  stop();
  await settled(owner);
  await expect(asker.askWorker('proxy-test', 'LIVE', proxyQuestion)).rejects.toMatchObject({
    code: 'service_unavailable',
  });
});

test('a nudge is heard with its subject and data, and one listener that throws harms nobody', async () => {
  const heard: [string, unknown][] = [];
  owner.onNudge('nudge.profile.*', () => {
    throw new Error('a bug');
  });
  owner.onNudge('nudge.profile.*', (subject, data) => void heard.push([subject, data]));
  await settled(owner);
  const profileId = anId();
  asker.nudge(`nudge.profile.${profileId}`);
  asker.nudge(`nudge.profile.${profileId}`, { why: 'test' });
  await waitFor('both', () => heard.length === 2);
  expect(heard).toEqual([
    [`nudge.profile.${profileId}`, undefined],
    [`nudge.profile.${profileId}`, { why: 'test' }],
  ]);
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
});

test('closing waits for the answer that is being worked on', async () => {
  const profileId = anId();
  let asked = false;
  let finish: () => void = () => undefined;
  owner.answer('pairing-code', profileId, async () => {
    asked = true;
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return answer;
  });
  await settled(owner);
  const asking = asker.ask('pairing-code', profileId, question);
  await waitFor('the question', () => asked);
  const closing = owner.close();
  finish();
  await closing;
  expect(await asking).toEqual(answer);
});
