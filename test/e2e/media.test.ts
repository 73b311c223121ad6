import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { PhoneMediaKind } from '../../packages/sandbox/dist/client.js';
import { EventLog, linkProfile, sendLargeFile, waitFor } from '../../packages/testkit/dist/index.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const product = useProduct({
  durable: false,
  env: { MULTIWA_MEDIA_IDLE_MS: '1500', MULTIWA_FFMPEG: 'no-such-program' },
});

const LARGE_MB = 100;
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==',
  'base64',
);
/** Distinct files of a kind: what follows the end of a picture is not looked at. */
const picture = () => Buffer.concat([png, randomBytes(5_000)]);
const webp = () => Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WEBPVP8 ', 'latin1'), randomBytes(3_000)]);
const mp4 = () =>
  Buffer.concat([Buffer.from('\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom', 'latin1'), randomBytes(9_000)]);
const wav = () => Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt ', 'latin1'), randomBytes(100)]);
const opus = () =>
  Buffer.concat([Buffer.from('OggS', 'latin1'), Buffer.alloc(24, 1), Buffer.from('OpusHead'), randomBytes(4_000)]);

async function upload(bytes: Uint8Array, fileName: string): Promise<string> {
  return (await product().client.media.upload(new Blob([new Uint8Array(bytes)]), { fileName })).id;
}

/** A file of a phone, in a message to a number. */
async function sendFile(
  from: string,
  to: string,
  kind: PhoneMediaKind,
  field: string,
  bytes: Buffer,
  over: object = {},
) {
  const { sandbox } = product();
  const descriptor = await sandbox.uploadMedia(from, kind, bytes);
  const content = { [field]: { ...descriptor, mimetype: 'application/octet-stream', ...over } };
  return { ...(await sandbox.send(from, { to, content })), descriptor };
}

test('every kind of file goes from a profile to a phone byte for byte, and is uploaded once however often it is sent', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const { profile } = await linkProfile(product(), 'Sender');
  const [friend, other] = [await sandbox.createPhone(), await sandbox.createPhone()];
  const sends = [
    { type: 'IMAGE', bytes: picture(), field: 'imageMessage', over: { caption: 'a picture' } },
    { type: 'VIDEO', bytes: mp4(), field: 'videoMessage', over: { gif: true } },
    { type: 'AUDIO', bytes: opus(), field: 'audioMessage', over: { voice: true } },
    { type: 'DOCUMENT', bytes: randomBytes(20_000), field: 'documentMessage', over: { fileName: 'list.bin' } },
    { type: 'STICKER', bytes: webp(), field: 'stickerMessage', over: {} },
  ] as const;
  for (const { type, bytes, field, over } of sends) {
    const media = { id: await upload(bytes, `a.${type}`) };
    const send = (to: string) => client.messages.send(profile.id, { type, to, media, ...over } as never);
    const [first, second] = [await send(friend.phone), await send(other.phone)];
    for (const [message, phone] of [
      [first, friend],
      [second, other],
    ] as const) {
      const received = await sandbox.waitForMessage(phone.phone, ({ id }) => id === message.waMessageId);
      expect(received.type).toBe(field);
      expect(await sandbox.openMedia(phone.phone, message.waMessageId)).toMatchObject({
        sha256: hashOf(bytes),
        declaredSha256: hashOf(bytes),
        bytes: bytes.length,
      });
    }
  }
  const uploaded = await sandbox.media();
  expect(uploaded.map(({ uploads }) => uploads)).toEqual(sends.map(() => 1));
});

test('a file of a phone is announced at once and READY when it is there, with a link that opens it', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { profile, phone } = await linkProfile(product(), 'Receiver');
  const friend = await sandbox.createPhone();
  const bytes = picture();
  const { id } = await sendFile(friend.phone, phone.phone, 'image', 'imageMessage', bytes, { caption: 'look' });
  const { data } = await log.waitFor('message.received', (event) => event.data.waMessageId === id);
  expect(data).toMatchObject({ type: 'IMAGE', content: { caption: 'look', media: { sha256: hashOf(bytes) } } });
  const ready = await log.waitFor('message.media', (event) => event.data.messageId === data.messageId);
  expect(ready.data.media).toMatchObject({ state: 'READY', mimeType: 'image/png', bytes: bytes.length });
  const opened = await fetch(ready.data.media.url ?? '');
  expect(hashOf(Buffer.from(await opened.arrayBuffer()))).toBe(hashOf(bytes));
  const listed = await client.messages.get(profile.id, data.messageId);
  expect(listed.content).toMatchObject({ media: { state: 'READY', url: ready.data.media.url } });
  expect(JSON.stringify([listed, data, ready])).not.toContain('mediaKey');
  await log.close();
});

test('a file goes from one profile to another of the same gateway, also to one that was offline', async () => {
  const { client } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const ada = await linkProfile(product(), 'Ada');
  const bob = await linkProfile(product(), 'Bob');
  await client.profiles.disconnect(bob.profile.id);
  await waitFor(async () => (await client.profiles.get(bob.profile.id)).status === 'DISCONNECTED', {
    what: 'Bob to be offline',
  });
  const bytes = randomBytes(100_000);
  const media = { id: await upload(bytes, 'plan.bin') };
  const sent = await client.messages.send(ada.profile.id, { type: 'DOCUMENT', to: bob.phone.phone, media });
  await log.waitFor('message.sent', ({ data }) => data.messageId === sent.id);
  await client.profiles.connect(bob.profile.id);
  const ready = await log.waitFor(
    'message.media',
    ({ profileId, data }) => profileId === bob.profile.id && data.waMessageId === sent.waMessageId,
  );
  expect(ready.data.media).toMatchObject({ state: 'READY', sha256: hashOf(bytes), fileName: 'plan.bin' });
  await log.close();
});

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

test('what cannot be sent is refused with the field named, and nothing is stored', async () => {
  const { client, sandbox } = product();
  const { profile } = await linkProfile(product(), 'Careful');
  const friend = await sandbox.createPhone();
  const send = (body: object) => client.messages.send(profile.id, { to: friend.phone, ...body } as never);
  const id = await upload(randomBytes(100), 'a.bin');
  const cases: [object, string, string][] = [
    [{ type: 'IMAGE', media: { id } }, 'media_type_mismatch', '#/media/id'],
    [{ type: 'IMAGE', media: { id: 'cmh3k2v1x0000qzrm5t9ab3de' } }, 'media_not_found', '#/media/id'],
    [
      {
        type: 'AUDIO',
        voice: true,
        media: { id: await upload(wav(), 'a.wav') },
      },
      'media_not_convertible',
      '#/voice',
    ],
    [{ type: 'DOCUMENT', media: { url: 'http://127.0.0.1:1/a' } }, 'url_not_allowed', '#/media/url'],
  ];
  for (const [body, code, pointer] of cases) {
    await expect(send(body)).rejects.toMatchObject({ code, problem: { errors: [{ pointer }] } });
  }
  expect((await client.messages.list(profile.id)).items).toEqual([]);
});

test('an album goes out and comes in as one, its caption is edited, and its files are forwarded without an upload', async () => {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const [ada, bob] = [await linkProfile(product(), 'Ada'), await linkProfile(product(), 'Bob')];
  const files = [picture(), mp4()];
  const [image, video] = [await upload(files[0] as Buffer, 'a.png'), await upload(files[1] as Buffer, 'b.mp4')];
  const parts = [
    { type: 'IMAGE' as const, media: { id: image }, caption: 'the shpo' },
    { type: 'VIDEO' as const, media: { id: video } },
  ];
  const { albumId, parts: sent } = await client.messages.sendAlbum(ada.profile.id, { to: bob.phone.phone, parts });
  const arrived = await Promise.all(
    [albumId, ...sent.map(({ waMessageId }) => waMessageId)].map((waMessageId) =>
      log.waitFor('message.received', ({ data }) => data.waMessageId === waMessageId),
    ),
  );
  expect(arrived.map(({ data }) => data.content)).toMatchObject([
    { type: 'ALBUM', images: 1, videos: 1 },
    { type: 'IMAGE', albumId, albumSize: 2, caption: 'the shpo' },
    { type: 'VIDEO', albumId, albumSize: 2 },
  ]);
  for (const [index, { waMessageId }] of sent.entries()) {
    await sandbox.waitForMessage(bob.phone.phone, ({ id }) => id === waMessageId);
    expect(await sandbox.openMedia(bob.phone.phone, waMessageId)).toMatchObject({
      sha256: hashOf(files[index] as Buffer),
    });
  }

  const [shown] = arrived.slice(1);
  await log.waitFor(
    'message.media',
    ({ data }) => data.messageId === shown?.data.messageId && data.media.state === 'READY',
  );
  const edit = await client.messages.send(ada.profile.id, {
    type: 'EDIT',
    messageId: sent[0]?.id ?? '',
    text: 'the shop',
  });
  const onPhone = await sandbox.waitForMessage(bob.phone.phone, ({ id }) => id === edit.waMessageId);
  expect(onPhone.content).toMatchObject({
    protocolMessage: { editedMessage: { imageMessage: { caption: 'the shop', directPath: expect.any(String) } } },
  });
  for (const [profileId, messageId] of [
    [ada.profile.id, sent[0]?.id],
    [bob.profile.id, shown?.data.messageId],
  ]) {
    await log.waitFor('message.edited', ({ data }) => data.messageId === messageId);
    expect((await client.messages.get(profileId ?? '', messageId ?? '')).content).toMatchObject({
      caption: 'the shop',
      media: { state: 'READY', sha256: hashOf(files[0] as Buffer) },
    });
  }

  const friend = await sandbox.createPhone();
  const forwarded = await client.messages.forward(bob.profile.id, shown?.data.messageId ?? '', { to: friend.phone });
  const passedOn = await sandbox.waitForMessage(friend.phone, ({ id }) => id === forwarded.waMessageId);
  expect(passedOn.content).toMatchObject({ imageMessage: { caption: 'the shop', contextInfo: { isForwarded: true } } });
  expect(await sandbox.openMedia(friend.phone, forwarded.waMessageId)).toMatchObject({
    sha256: hashOf(files[0] as Buffer),
  });
  await log.close();
});

test('media that may be seen once are stored where the operator turns that on', async () => {
  const { client, sandbox, services } = product();
  showLogsOnFailure(product());
  const log = await EventLog.open(client);
  const { phone } = await linkProfile(product(), 'Keeper');
  const friend = await sandbox.createPhone();
  await services.stop('engine-sandbox');
  await services.start('engine-sandbox', { MULTIWA_MEDIA_STORE_VIEW_ONCE: 'true' });
  const bytes = picture();
  const descriptor = await sandbox.uploadMedia(friend.phone, 'image', bytes);
  const message = { imageMessage: { ...descriptor, mimetype: 'image/png', viewOnce: true } };
  const { id } = await sandbox.send(friend.phone, { to: phone.phone, content: { viewOnceMessageV2: { message } } });
  const received = await log.waitFor('message.received', ({ data }) => data.waMessageId === id);
  expect(received.data.content).toMatchObject({ viewOnce: true, media: { state: 'PENDING' } });
  const ready = await log.waitFor('message.media', ({ data }) => data.waMessageId === id);
  expect(ready.data.media).toMatchObject({ state: 'READY', sha256: hashOf(bytes) });
  await log.close();
});

test('a document of 100 MB goes through both ways, byte for byte, and neither gateway nor engine holds it', async () => {
  showLogsOnFailure(product());
  const { sent, received } = await sendLargeFile(product(), LARGE_MB);
  const growth = [sent, received].flatMap(({ memoryMb: { gateway, engine } }) => [gateway.growth, engine.growth]);
  expect(Math.max(...growth), JSON.stringify({ sent, received })).toBeLessThan(40);
}, 300_000);
