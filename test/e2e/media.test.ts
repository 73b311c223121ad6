import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { EventLog, linkProfile, sendLargeFile, waitFor } from '../../packages/testkit/dist/index.js';
import { hashOf, mediaFiles, mp4, opus, picture, wav, webp } from './support/media-files.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const product = useProduct({ durable: false, env: { MULTIWA_FFMPEG: 'no-such-program' } });
const { upload, sendFile } = mediaFiles(product);

const LARGE_MB = 100;

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
