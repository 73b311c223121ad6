import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { EventLog, linkProfile, waitFor } from '../../packages/testkit/dist/index.js';
import { hashOf, mediaFiles, opus, picture } from './support/media-files.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const product = useProduct({
  durable: false,
  env: { MULTIWA_MEDIA_IDLE_MS: '1500', MULTIWA_FFMPEG: 'no-such-program' },
});
const { upload, sendFile } = mediaFiles(product);

test('hosts that stall, lie or forget leave a clear state and hold up nothing; what is gone is asked for again', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { profile, phone } = await linkProfile(product(), 'Patient');
  const friend = await sandbox.createPhone();
  const settled = (waMessageId: string, state: string) =>
    log.waitFor('message.media', ({ data }) => data.waMessageId === waMessageId && data.media.state === state, 40_000);
  const file = () => sendFile(friend.phone, phone.phone, 'document', 'documentMessage', randomBytes(5_000));
  const spoilt = async (action: Parameters<typeof sandbox.addMediaFault>[0]['action'], times?: number) => {
    const sent = await file();
    return { ...sent, fault: await sandbox.addMediaFault({ direction: 'download', action, times }) };
  };

  // In the order of arrival, while the connection is down: each fault meets its file.
  const broken = [
    ['corrupt', 'hash_mismatch'],
    ['pad', 'size_mismatch'],
    ['cut', 'hash_mismatch'],
  ] as const;
  for (const [what, problem] of broken) {
    await client.profiles.disconnect(profile.id);
    await waitFor(async () => (await client.profiles.get(profile.id)).status === 'DISCONNECTED', {
      what: 'the profile to be offline',
    });
    const { id } = await spoilt(what === 'corrupt' ? { do: what } : { do: what, bytes: 100 });
    await client.profiles.connect(profile.id);
    expect((await settled(id, 'FAILED')).data.media).toMatchObject({ problem });
    await sandbox.clearMediaFaults();
  }

  // A host that stalls on the first file does not keep the second one, nor a text.
  const stall = await sandbox.addMediaFault({ direction: 'download', action: { do: 'stall' }, times: 1 });
  const slow = await file();
  await waitFor(async () => (await sandbox.mediaFaults()).some(({ id, applied }) => id === stall.id && applied === 1), {
    what: 'the stall',
  });
  const quick = await file();
  await settled(quick.id, 'READY');
  expect(log.of('message.media').some(({ data }) => data.waMessageId === slow.id)).toBe(false);
  await settled(slow.id, 'READY');

  // What the hosts forgot the phone gives again; what the phone has not either is EXPIRED, until it is there again.
  const gone = await file();
  const messageId = (await settled(gone.id, 'READY')).data.messageId;
  await sandbox.addMediaFault({ direction: 'download', action: { do: 'status', status: 410 }, times: 1 });
  const again = await file();
  expect((await settled(again.id, 'READY')).data.media.problem).toBeNull();
  await expect(client.messages.refetchMedia(profile.id, messageId)).resolves.toMatchObject({ state: 'READY' });
  await log.close();
});

test('a phone that does not answer keeps its own files waiting, and no others', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { phone } = await linkProfile(product(), 'Asked in vain');
  const friend = await sandbox.createPhone();
  const settled = (waMessageId: string, state: string) =>
    log.waitFor('message.media', ({ data }) => data.waMessageId === waMessageId && data.media.state === state);
  const file = () => sendFile(friend.phone, phone.phone, 'document', 'documentMessage', randomBytes(5_000));
  // More than one profile fetches at the same time.
  const count = 5;
  const gone = await sandbox.addMediaFault({
    direction: 'download',
    action: { do: 'status', status: 410 },
    times: count,
  });
  await sandbox.switchPhone(phone.phone, false);
  const asked = [];
  for (let index = 0; index < count; index += 1) asked.push(await file());
  await waitFor(
    async () => (await sandbox.mediaFaults()).some(({ id, applied }) => id === gone.id && applied === count),
    {
      what: 'all of them to be gone',
    },
  );
  const quick = await file();
  await settled(quick.id, 'READY');
  expect(log.of('message.media').map(({ data }) => data.waMessageId)).toEqual([quick.id]);
  await sandbox.switchPhone(phone.phone, true);
  for (const { id } of asked) await settled(id, 'READY');
  await log.close();
});

test('what hosts and phone have forgotten is EXPIRED, can be asked for again, and is READY once the phone has it', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { profile, phone } = await linkProfile(product(), 'Too late');
  const friend = await sandbox.createPhone();
  await client.profiles.disconnect(profile.id);
  await waitFor(async () => (await client.profiles.get(profile.id)).status === 'DISCONNECTED', {
    what: 'the profile to be offline',
  });
  const bytes = randomBytes(5_000);
  const lost = await sendFile(friend.phone, phone.phone, 'document', 'documentMessage', bytes);
  const sha256 = Buffer.from(lost.descriptor.fileEncSha256, 'base64').toString('hex');
  await sandbox.expireMedia({ sha256, forgotten: true });
  await client.profiles.connect(profile.id);
  const states = () =>
    log.of('message.media').flatMap(({ data }) => (data.waMessageId === lost.id ? [data.media.state] : []));
  const until = (count: number) => log.until(() => (states().length >= count ? states() : undefined), 30_000);
  expect(await until(1)).toEqual(['EXPIRED']);
  const [expired] = log.of('message.media');
  const messageId = String(expired?.data.messageId);
  expect(expired?.data.media).toMatchObject({ problem: 'gone_at_whatsapp', url: null });
  await expect(client.media.download(String(expired?.data.media.id))).rejects.toMatchObject({ code: 'media_gone' });

  await expect(client.messages.refetchMedia(profile.id, messageId)).resolves.toMatchObject({ state: 'PENDING' });
  expect(await until(3)).toEqual(['EXPIRED', 'PENDING', 'EXPIRED']);
  // The phone was given its backup back.
  await sandbox.rememberMedia(sha256);
  await client.messages.refetchMedia(profile.id, messageId);
  expect(await until(5)).toEqual(['EXPIRED', 'PENDING', 'EXPIRED', 'PENDING', 'READY']);
  const { content } = await client.messages.get(profile.id, messageId);
  expect(content).toMatchObject({ media: { state: 'READY', problem: null, sha256: hashOf(bytes) } });
  await log.close();
});

test('a host that stalls, fails or breaks off while it is given a file delays the chat of that file, and no other', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { profile } = await linkProfile(product(), 'Uploader');
  const files = [
    { type: 'DOCUMENT', bytes: randomBytes(20_000), mediaType: 'document', action: { do: 'stall' } },
    { type: 'IMAGE', bytes: picture(), mediaType: 'image', action: { do: 'status', status: 500 } },
    { type: 'AUDIO', bytes: opus(), mediaType: 'audio', action: { do: 'reset' } },
  ] as const;
  const uploads = await Promise.all(
    files.map(async ({ type, bytes, mediaType, action }) => {
      const fault = await sandbox.addMediaFault({ direction: 'upload', mediaType, action, times: 1 });
      const { phone } = await sandbox.createPhone();
      const media = { id: await upload(bytes, `a.${type}`) };
      const send = (body: object) => client.messages.send(profile.id, { to: phone, ...body } as never);
      const file = await send({ type, media });
      return { phone, bytes, fault: fault.id, file, after: await send({ type: 'TEXT', text: 'after it' }) };
    }),
  );
  const applied = async () => (await sandbox.mediaFaults()).filter((one) => one.applied > 0).map(({ id }) => id);
  const met = async () => {
    const ids = await applied();
    return uploads.every(({ fault }) => ids.includes(fault));
  };
  await waitFor(met, { what: 'each of the faults' });
  const { phone: other } = await sandbox.createPhone();
  const text = await client.messages.send(profile.id, { type: 'TEXT', to: other, text: 'meanwhile' });
  const sentAt = async (id: string) =>
    (await log.waitFor('message.sent', ({ data }) => data.messageId === id)).sequence;
  const meanwhile = await sentAt(text.id);
  for (const { phone, bytes, file, after } of uploads) {
    const first = await sentAt(file.id);
    expect(await sentAt(after.id)).toBeGreaterThan(first);
    await sandbox.waitForMessage(phone, ({ id }) => id === file.waMessageId);
    expect((await sandbox.openMedia(phone, file.waMessageId)).sha256).toBe(hashOf(bytes));
  }
  expect(meanwhile).toBeLessThan(await sentAt(uploads[0]?.file.id ?? ''));
  await log.close();
});

test('what was being fetched when the engine died is fetched by the next one', async () => {
  const { client, sandbox, services } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { phone } = await linkProfile(product(), 'Survivor');
  const friend = await sandbox.createPhone();
  const stall = await sandbox.addMediaFault({ direction: 'download', action: { do: 'stall' }, times: 1 });
  const bytes = randomBytes(50_000);
  const { id } = await sendFile(friend.phone, phone.phone, 'document', 'documentMessage', bytes);
  await waitFor(async () => (await sandbox.mediaFaults()).some((rule) => rule.id === stall.id && rule.applied === 1), {
    what: 'the stall',
  });
  await services.kill('engine-sandbox');
  await services.start('engine-sandbox');
  const ready = await log.waitFor('message.media', ({ data }) => data.waMessageId === id, 40_000);
  expect(ready.data.media).toMatchObject({ state: 'READY', sha256: hashOf(bytes) });
  await log.close();
});
