import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { StoredMedia } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { localStorage } from '@multiwa/media';
import { createLogger } from '@multiwa/runtime';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../packages/testkit/src/wait-for.js';
import { startRetention } from '../src/media/retention.js';
import { eventsOf, makeProfile, useTestDatabase } from './support/database.js';

const DAY_MS = 86_400_000;
const database = useTestDatabase();
const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-retention-'));
const storage = localStorage(dir);
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const links = { show: (media: StoredMedia) => ({ ...media, url: media.state === 'EXPIRED' ? null : 'link' }) };
const logger = createLogger('retention-test', 'silent');

/** Bytes in the storage; returns their hash. */
async function stored(): Promise<string> {
  const bytes = randomBytes(100);
  const file = await storage.newFile();
  writeFileSync(file, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await storage.keep(file, sha256);
  return sha256;
}

/** A file of somebody's that became READY so many days ago, in a message of its own. */
async function fileOf(
  owner: { workspaceId: string; profileId: string },
  sha256: string,
  daysAgo: number,
  chat = '628111111111@s.whatsapp.net',
) {
  const [id, messageId] = [newId(), newId()];
  const media = { id, mimeType: 'image/png', bytes: 100, sha256, state: 'READY', problem: null };
  await database.db.prisma.message.create({
    data: {
      ...owner,
      id: messageId,
      chat,
      waMessageId: messageId,
      fromMe: false,
      type: 'IMAGE',
      content: { type: 'IMAGE', caption: 'kept', media },
      status: 'DELIVERED',
    },
  });
  await database.db.prisma.mediaObject.create({
    data: {
      id,
      ...owner,
      messageId,
      origin: 'RECEIVED',
      state: 'READY',
      mimeType: 'image/png',
      bytes: 100n,
      sha256,
      readyAt: new Date(Date.now() - daysAgo * DAY_MS),
    },
  });
  return { id, messageId };
}

const stateOf = (id: string) => database.db.prisma.mediaObject.findUniqueOrThrow({ where: { id } });

/**
 * Runs the job until `done`, with storage and rows as they will be after so many days; with `batch` one round only. Returns how
 * often it said that there is something to announce.
 */
async function retain(days: number, inDays: number, done: () => Promise<boolean>, batch?: number): Promise<number> {
  let pokes = 0;
  const now = () => Date.now() + inDays * DAY_MS;
  const onEvent = () => {
    pokes += 1;
  };
  const everyMs = batch === undefined ? 10 : 3_600_000;
  const job = startRetention({ database: database.db, storage, links, days, onEvent, logger, everyMs, batch, now });
  onTestFinished(() => job?.stop());
  await waitFor(done, { what: 'the retention' });
  await job?.stop();
  return pokes;
}

test('files end with their time, with their bytes and what their messages say of them, and young ones stay', async () => {
  const owner = await makeProfile(database.db);
  const [old, young] = [await stored(), await stored()];
  const [gone, stays] = [await fileOf(owner, old, 28), await fileOf(owner, young, 1)];
  // Thirty days for each: in three days one is over.
  await retain(30, 3, async () => (await storage.stat(old)) === undefined);
  expect(await stateOf(gone.id)).toMatchObject({ state: 'EXPIRED', problem: 'retention' });
  expect(await stateOf(stays.id)).toMatchObject({ state: 'READY' });
  expect(await storage.stat(young)).toBeDefined();
  const { content } = await database.db.prisma.message.findUniqueOrThrow({ where: { id: gone.messageId } });
  expect(content).toMatchObject({ caption: 'kept', media: { state: 'EXPIRED', problem: 'retention', sha256: old } });
});

test('bytes stay while another workspace has a file of them, and go with the last one', async () => {
  const [ours, theirs] = [await makeProfile(database.db), await makeProfile(database.db)];
  const sha256 = await stored();
  const [first, last] = [await fileOf(ours, sha256, 40), await fileOf(theirs, sha256, 10)];
  await retain(30, 2, async () => (await stateOf(first.id)).state === 'EXPIRED');
  expect(await stateOf(last.id)).toMatchObject({ state: 'READY' });
  expect(await storage.stat(sha256)).toBeDefined();
  await retain(30, 25, async () => (await storage.stat(sha256)) === undefined);
  expect(await stateOf(last.id)).toMatchObject({ state: 'EXPIRED' });
});

test('each file that came with a message is told of when its time is over, and what was uploaded is not', async () => {
  const owner = await makeProfile(database.db);
  const person = { phone: '628111111111', lid: '111222333444555' };
  await database.db.prisma.contact.create({ data: { id: newId(), profileId: owner.profileId, ...person } });
  const [shared, uploaded] = [await stored(), await stored()];
  const [first, status, group] = [
    await fileOf(owner, shared, 40),
    await fileOf(owner, shared, 39, 'status@broadcast'),
    await fileOf(owner, shared, 38, '120363000000000001@g.us'),
  ];
  const upload = { id: newId(), workspaceId: owner.workspaceId, origin: 'UPLOAD', state: 'READY' } as const;
  const readyAt = new Date(Date.now() - 37 * DAY_MS);
  await database.db.prisma.mediaObject.create({
    data: { ...upload, mimeType: 'image/png', bytes: 100n, sha256: uploaded, readyAt },
  });
  const pokes = await retain(30, 2, async () => (await stateOf(upload.id)).state === 'EXPIRED');
  const events = await eventsOf(database.db, owner);
  expect(events.map(({ type, data }) => ({ type, ...(data as object) }))).toMatchObject([
    { type: 'message.media', messageId: first.messageId, peer: person, media: { id: first.id, state: 'EXPIRED' } },
    { type: 'status.media', messageId: status.messageId, media: { id: status.id } },
    { type: 'message.media', messageId: group.messageId, peer: null, media: { problem: 'retention', url: null } },
  ]);
  expect(pokes).toBe(1);
});

test('one round ends all that is over, in batches, also where many files have the same bytes', async () => {
  const owner = await makeProfile(database.db);
  const same = await stored();
  const ids: string[] = [];
  for (let n = 0; n < 7; n += 1) ids.push((await fileOf(owner, same, 50 - n)).id);
  const last = ids.at(-1) ?? '';
  // The next round would be in an hour.
  await retain(30, 2, async () => (await stateOf(last)).state === 'EXPIRED', 2);
  for (const id of ids) expect(await stateOf(id)).toMatchObject({ state: 'EXPIRED' });
  expect(await eventsOf(database.db, owner)).toHaveLength(7);
});

test('for an operator who sets no time files are kept for ever', () => {
  const deps = { database: database.db, storage, links, onEvent: () => undefined, logger };
  expect(startRetention({ ...deps, days: 0 })).toBeUndefined();
});
