import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { EventLog, linkProfile, untilConnected, waitFor } from '../../packages/testkit/dist/index.js';
import { multiwa } from './support/multiwa-command.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';
import { expectDelivered, openEndpoint } from './support/webhook-endpoint.js';

const product = useProduct({ durable: false, env: { MULTIWA_ALLOW_PRIVATE_URLS: 'true' } });
const SETTLE_TIMEOUT_MS = 60_000;
const AT_LEAST_EACH = 20;
/** So many are under way each way at all times, and no more: a longer queue would only take longer to end. */
const UNDER_WAY = 10;

interface KeyUse {
  id: string;
  role: string;
  rows: Record<string, number>;
}

async function listKeys(): Promise<KeyUse[]> {
  const { output, exitCode, complaint } = await multiwa(product(), ['keys', 'list', '--json']);
  expect([exitCode, complaint]).toEqual([0, '']);
  return JSON.parse(output).keys;
}

test('keys rotate while two profiles converse and webhooks are delivered: nothing is lost, nothing restarts', async () => {
  showLogsOnFailure(product());
  const { client, services, dataDir } = product();
  const ada = await linkProfile(product(), 'Ada');
  const bob = await linkProfile(product(), 'Bob');
  // Each knows the other before: first contacts at the same moment are another matter.
  const log = await EventLog.open(client);
  const hello = await client.messages.send(ada.profile.id, { type: 'TEXT', to: bob.phone.phone, text: 'hello' });
  await log.waitFor('message.received', ({ data }) => data.waMessageId === hello.waMessageId);
  const reply = await client.messages.send(bob.profile.id, { type: 'TEXT', to: ada.phone.phone, text: 'hello' });
  await log.waitFor('message.received', ({ data }) => data.waMessageId === reply.waMessageId);
  await log.waitFor('message.delivered', ({ data }) => data.messageId === reply.id);
  await log.close();

  const endpoint = await openEndpoint(client, ada.profile.id);
  const ofAda = await EventLog.open(client, { profileId: ada.profile.id });
  const ofBob = await EventLog.open(client, { profileId: bob.profile.id });
  const [former] = await listKeys();
  const pids = services.names().map((name) => services.pid(name));

  let rotating = true;
  const converse = async (from: string, to: string, sent: string[], ofReceiver: EventLog) => {
    while (rotating || sent.length < AT_LEAST_EACH) {
      const text = `message ${sent.length}`;
      sent.push((await client.messages.send(from, { type: 'TEXT', to, text })).waMessageId);
      const before = sent.at(-UNDER_WAY);
      if (before)
        await ofReceiver.waitFor('message.received', ({ data }) => data.waMessageId === before, SETTLE_TIMEOUT_MS);
    }
  };
  const [fromAda, fromBob]: [string[], string[]] = [[], []];
  const conversing = Promise.all([
    converse(ada.profile.id, bob.phone.phone, fromAda, ofBob),
    converse(bob.profile.id, ada.phone.phone, fromBob, ofAda),
  ]);
  await waitFor(() => fromAda.length >= 3 && fromBob.length >= 3, { what: 'the conversation to be under way' });
  const rotated = await multiwa(product(), ['keys', 'rotate', '--drop-old']).finally(() => {
    rotating = false;
  });
  expect(rotated).toMatchObject({ exitCode: 0, complaint: '' });
  await conversing;

  const arrived = (log: EventLog) => log.of('message.received').map(({ data }) => data.waMessageId);
  await waitFor(() => arrived(ofBob).length >= fromAda.length && arrived(ofAda).length >= fromBob.length, {
    what: `${fromAda.length} and ${fromBob.length} messages to arrive`,
    timeoutMs: SETTLE_TIMEOUT_MS,
  });
  expect(arrived(ofBob)).toEqual(fromAda);
  expect(arrived(ofAda)).toEqual(fromBob);
  await expectDelivered(client, endpoint, ofAda, fromAda.length + fromBob.length);
  expect(services.names().map((name) => services.pid(name))).toEqual(pids);

  const [current, ...others] = await listKeys();
  expect(others).toEqual([]);
  expect(current).toMatchObject({ role: 'seals', rows: { credentials: 2 } });
  expect(current?.id).not.toBe(former?.id);
  expect(readFileSync(path.join(dataDir, 'encryption.key'), 'utf8').trim().split('\n')).toHaveLength(1);

  await product().restart();
  const after = await EventLog.open(client, { after: ofBob.seen.at(-1)?.cursor });
  for (const { profile } of [ada, bob]) await untilConnected(client, profile.id);
  const last = await client.messages.send(ada.profile.id, { type: 'TEXT', to: bob.phone.phone, text: 'still here' });
  await after.waitFor('message.received', ({ data }) => data.waMessageId === last.waMessageId);
  expect(after.of('profile.qr')).toEqual([]);
  await Promise.allSettled([ofAda.close(), ofBob.close()]);
  await after.close();
}, 240_000);
