import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type MultiwaClient } from '../../packages/sdk/dist/index.js';
import {
  EventLog,
  foreignKey,
  linkBareFolder,
  linkProfile,
  untilConnected,
  waitFor,
} from '../../packages/testkit/dist/index.js';
import { multiwa } from './support/multiwa-command.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const product = useProduct({ durable: false });
/** Three processes and their scrypt one after the other, also on a busy machine. */
const TIMEOUT_MS = 180_000;
const WAIT_MS = 20_000;
const passphrase = 'correct horse battery staple';
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'multiwa-move-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What a client of this number asked and said since: fetching prekeys is how a first contact begins. */
async function saidSince(phone: string, seq: number) {
  const lines = (await product().sandbox.trace({ phone })).filter((line) => line.seq > seq);
  return {
    firstContacts: lines.filter(({ text }) => /^<iq .*xmlns=encrypt.*\[key\]/.test(text)).length,
    retries: lines.filter(({ text }) => /^<receipt .*type=retry/.test(text)).length,
  };
}

async function lastSeq(): Promise<number> {
  return Math.max(0, ...(await product().sandbox.trace()).map(({ seq }) => seq));
}

/** Closes the session and waits until nobody holds it. */
async function close(client: MultiwaClient, profileId: string): Promise<void> {
  await client.profiles.disconnect(profileId);
  await waitFor(async () => (await client.profiles.get(profileId)).status === 'DISCONNECTED', {
    what: 'the session to be closed',
  });
}

interface Pair {
  client: MultiwaClient;
  profileId: string;
  number: string;
  friend: string;
}

/** Resolves when the friend has the text. */
async function say({ client, profileId, number, friend }: Pair, text: string): Promise<void> {
  await client.messages.send(profileId, { type: 'TEXT', to: friend, text });
  const fits = (message: { text: string; from: { phone: string } }) =>
    message.text === text && message.from.phone === number;
  expect(await product().sandbox.waitForMessage(friend, fits, WAIT_MS)).toMatchObject({ copies: 1 });
}

/** Resolves when the profile has the text. */
async function hear({ client, profileId, number, friend }: Pair, text: string): Promise<void> {
  const log = await EventLog.open(client);
  const { id } = await product().sandbox.send(friend, { to: number, text });
  const came = await log.waitFor('message.received', ({ data }) => data.waMessageId === id);
  expect(came).toMatchObject({ profileId, data: { content: { text } } });
  await log.close();
}

/**
 * Both directions at once after a move. What the friend writes is read in the Signal session that was moved. Before the first
 * text to somebody a fresh process of the library asks for that person's devices and renews the session, moved or not.
 */
async function talkOn(pair: Pair, since: number): Promise<void> {
  await hear(pair, 'heard after the move');
  expect(await saidSince(pair.number, since)).toEqual({ firstContacts: 0, retries: 0 });
  await say(pair, 'said after the move');
  await hear(pair, 'answered after the move');
  expect((await saidSince(pair.number, since)).retries).toBe(0);
}

test(
  'a session moves to another workspace: no new QR code, no new companion, both directions go on at once',
  async () => {
    const { client, sandbox, databaseUrl, url } = product();
    showLogsOnFailure(product());
    const { profile, phone } = await linkProfile(product(), 'Mover');
    const friend = await sandbox.createPhone({ name: 'Friend' });
    const beginning = await lastSeq();
    const pair = { client, profileId: profile.id, number: phone.phone, friend: friend.phone };
    await say(pair, 'said before');
    await hear(pair, 'heard before');
    expect((await saidSince(phone.phone, beginning)).firstContacts).toBeGreaterThan(0);
    const companions = await sandbox.companions(phone.phone);

    await expect(client.profiles.exportSession(profile.id, { passphrase })).rejects.toMatchObject({
      code: 'session_in_use',
    });
    await close(client, profile.id);
    const file = await waitFor(() => client.profiles.exportSession(profile.id, { passphrase, release: true }), {
      what: 'the lease to be given back',
    });

    const theirs = createClient({ url, apiKey: await foreignKey(databaseUrl) });
    const target = await theirs.profiles.create({ name: 'Moved here', network: 'SANDBOX' });
    await expect(
      theirs.profiles.importSession(target.id, { format: 'multiwa', passphrase: 'not that one, sorry', file }),
    ).rejects.toMatchObject({ code: 'session_file_invalid' });
    const imported = await theirs.profiles.importSession(target.id, { format: 'multiwa', passphrase, file });
    expect(imported).toMatchObject({ phone: phone.phone, lid: phone.lid });
    expect(imported.keys).toBeGreaterThan(5);

    const log = await EventLog.open(theirs);
    const moved = await lastSeq();
    await theirs.profiles.connect(target.id);
    await untilConnected(theirs, target.id);
    await talkOn({ ...pair, client: theirs, profileId: target.id }, moved);
    expect(log.of('profile.qr')).toEqual([]);
    await log.close();
    const device = ({ device, linkedAt }: { device: number; linkedAt: string }) => ({ device, linkedAt });
    expect((await sandbox.companions(phone.phone)).map(device)).toEqual(companions.map(device));

    await client.profiles.connect(profile.id);
    await waitFor(async () => (await client.profiles.get(profile.id)).status === 'QR_READY', {
      what: 'the old profile to ask for a new link',
    });
    expect(await theirs.profiles.get(target.id)).toMatchObject({ status: 'CONNECTED' });
    await client.profiles.disconnect(profile.id);
  },
  TIMEOUT_MS,
);

test(
  'a session moves by the command line, as a file for its owner only, and mistakes are one sentence',
  async () => {
    const { client, sandbox } = product();
    showLogsOnFailure(product());
    const { profile, phone } = await linkProfile(product(), 'By hand');
    const friend = await sandbox.createPhone({ name: 'Friend' });
    const pair = { client, profileId: profile.id, number: phone.phone, friend: friend.phone };
    await say(pair, 'said before');
    await hear(pair, 'heard before');
    await close(client, profile.id);
    const file = path.join(directory, 'moved.multiwa-session');
    const env = { MULTIWA_PASSPHRASE: passphrase };
    const exportIt = ['session', 'export', '--profile', profile.id, '--file', file, '--release'];
    const exported = await waitFor(
      async () => {
        const result = await multiwa(product(), exportIt, env);
        return result.exitCode === 0 && result;
      },
      { what: 'the session to be exported', timeoutMs: 40_000 },
    );
    expect(exported.output).toContain('has let go of it');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const target = await client.profiles.create({ name: 'Its new profile', network: 'SANDBOX' });
    const importIt = (more: Record<string, string>, from = file) =>
      multiwa(product(), ['session', 'import', '--profile', target.id, '--file', from], more);
    const cut = path.join(directory, 'cut.multiwa-session');
    writeFileSync(cut, readFileSync(file, 'utf8').slice(0, 1_000));
    expect(await importIt({ MULTIWA_PASSPHRASE: 'something else' })).toMatchObject({ exitCode: 1, output: '' });
    expect(await importIt(env, cut)).toMatchObject({
      exitCode: 1,
      complaint: expect.stringContaining('session_file_invalid'),
    });
    expect(await importIt({})).toMatchObject({ exitCode: 2, complaint: expect.stringContaining('MULTIWA_PASSPHRASE') });
    expect(await importIt(env)).toMatchObject({ exitCode: 0, output: expect.stringContaining(`+${phone.phone}`) });
    const since = await lastSeq();
    await client.profiles.connect(target.id);
    await untilConnected(client, target.id);
    await talkOn({ ...pair, profileId: target.id }, since);
  },
  TIMEOUT_MS,
);

test(
  'a session of bare Baileys is imported from its multi-file folder and goes on in the same Signal sessions',
  async () => {
    const { client, sandbox } = product();
    showLogsOnFailure(product());
    const phone = await sandbox.createPhone({ name: 'Bare' });
    const friend = await sandbox.createPhone({ name: 'Friend' });
    const bare = await linkBareFolder(sandbox, phone.phone);
    try {
      await bare.send(friend.phone, 'from the library');
      await sandbox.waitForMessage(friend.phone, ({ text }) => text === 'from the library');
      await sandbox.send(friend.phone, { to: phone.phone, text: 'to the library' });
      await bare.untilReceived('to the library');
      await bare.end();
      const companions = (await sandbox.companions(phone.phone)).map(({ device }) => device);
      const target = await client.profiles.create({ name: 'From a folder', network: 'SANDBOX' });
      const command = ['session', 'import', '--profile', target.id, '--baileys-folder', bare.folder];
      expect(await multiwa(product(), command)).toMatchObject({
        exitCode: 0,
        output: expect.stringContaining(`+${phone.phone}`),
      });
      const log = await EventLog.open(client);
      const since = await lastSeq();
      await client.profiles.connect(target.id);
      await untilConnected(client, target.id);
      await talkOn({ client, profileId: target.id, number: phone.phone, friend: friend.phone }, since);
      expect(log.of('profile.qr')).toEqual([]);
      await log.close();
      expect((await sandbox.companions(phone.phone)).map(({ device }) => device)).toEqual(companions);
    } finally {
      await bare.stop();
    }
  },
  TIMEOUT_MS,
);
