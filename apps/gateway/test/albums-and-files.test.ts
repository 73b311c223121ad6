import { newId, newWaMessageId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
let profileId: string;
const chat = '6281234567890@s.whatsapp.net';
const address = { to: '+6281234567890' };

beforeAll(async () => {
  gateway = await startTestGateway({ queueLimit: 25 });
  profileId = await gateway.newProfile();
});
afterAll(() => gateway.stop());

const post = (path: string, body: object, headers = {}) =>
  gateway.call('POST', `/profiles/${profileId}/${path}`, { body, headers });
const rows = (where: object = {}) =>
  gateway.database.prisma.message.findMany({
    where: { profileId, ...where },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });

async function file(mimeType: string, over: object = {}) {
  const data = {
    id: newId(),
    workspaceId: gateway.tenant.workspaceId,
    origin: 'UPLOAD' as const,
    state: 'READY' as const,
    mimeType,
    bytes: 9n,
    sha256: 'ab'.repeat(32),
    ...over,
  };
  await gateway.database.prisma.mediaObject.create({ data });
  return data;
}

/** A message with a file, as it is stored once it has arrived or was sent. */
async function stored(type: string, over: object = {}, content: object = {}) {
  const media = {
    id: newId(),
    mimeType: 'image/jpeg',
    bytes: 9,
    sha256: 'ab'.repeat(32),
    state: 'READY',
    problem: null,
  };
  const data = {
    id: newId(),
    workspaceId: gateway.tenant.workspaceId,
    profileId,
    chat,
    waMessageId: newWaMessageId(),
    fromMe: false,
    type: type as 'IMAGE',
    content: { type, media, ...content },
    status: 'DELIVERED' as const,
    ...over,
  };
  await gateway.database.prisma.message.create({ data });
  return { ...data, media };
}
const own = { fromMe: true, status: 'SENT' as const, sentAt: new Date() };

test('an album is accepted whole: what announces it and each file, in order, linked by one id', async () => {
  const [image, video] = [await file('image/jpeg'), await file('video/mp4')];
  const parts = [
    { type: 'IMAGE', media: { id: image.id }, caption: 'one' },
    { type: 'VIDEO', media: { id: video.id } },
    { type: 'IMAGE', media: { id: image.id } },
  ];
  const headers = { 'idempotency-key': newId() };
  const first = await post('albums', { ...address, parts }, headers);
  expect([first.status, first.json.code]).toEqual([202, undefined]);
  const { albumId } = first.json as { albumId: string };
  const accepted = await rows({ chat });
  expect(accepted.map(({ type, status }) => [type, status])).toEqual([
    ['ALBUM', 'QUEUED'],
    ['IMAGE', 'QUEUED'],
    ['VIDEO', 'QUEUED'],
    ['IMAGE', 'QUEUED'],
  ]);
  expect(accepted[0]).toMatchObject({ waMessageId: albumId, content: { type: 'ALBUM', images: 2, videos: 1 } });
  for (const { content } of accepted.slice(1)) expect(content).toMatchObject({ albumId, albumSize: 3 });
  expect(first.json.parts).toMatchObject([{ content: { caption: 'one', media: { url: expect.any(String) } } }, {}, {}]);

  const again = await post('albums', { ...address, parts }, headers);
  expect(again.headers['idempotent-replayed']).toBe('true');
  const ids = ({ json }: typeof first) =>
    [json.album, ...(json.parts as object[])].map((one) => (one as { id: string }).id);
  expect(ids(again)).toEqual(ids(first));
  const other = await post('albums', { ...address, parts: parts.slice(0, 2) }, headers);
  expect(other.json.code).toBe('idempotency_key_reused');
  expect(await rows({ chat })).toHaveLength(4);
});

test('an album of which one part is refused, or that the queue has no room for, stores nothing', async () => {
  const image = await file('image/jpeg');
  const to = { to: '+628999999999' };
  const part = { type: 'IMAGE', media: { id: image.id } };
  const refused = await post('albums', { ...to, parts: [part, { type: 'VIDEO', media: { id: image.id } }] });
  expect(refused.json).toMatchObject({ code: 'media_type_mismatch', errors: [{ pointer: '#/parts/1/media/id' }] });
  expect((await post('albums', { ...to, parts: [part] })).json).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer: '#/parts' }],
  });
  const key = newId();
  await post('messages', { ...to, type: 'TEXT', text: 'first' }, { 'idempotency-key': key });
  const reused = await post('albums', { ...to, parts: [part, part] }, { 'idempotency-key': key });
  expect(reused.json.code).toBe('idempotency_key_reused');
  expect(await rows({ chat: '628999999999@s.whatsapp.net' })).toHaveLength(1);
  const other = await gateway.newProfile();
  const long = { ...to, parts: Array.from({ length: 30 }, () => part) };
  const full = await gateway.call('POST', `/profiles/${other}/albums`, { body: long });
  expect(full.json.code).toBe('queue_full');
  const short = await gateway.call('POST', `/profiles/${other}/albums`, { body: { ...long, parts: [part, part] } });
  expect(short.status).toBe(202);
  expect(await gateway.database.prisma.message.count({ where: { profileId: other } })).toBe(3);
});

test.each([
  ['IMAGE', 'image/jpeg', { caption: 'look' }],
  ['VIDEO', 'video/mp4', { gif: true }],
  ['AUDIO', 'audio/ogg; codecs=opus', { voice: true }],
  ['DOCUMENT', 'application/pdf', { caption: 'the list' }],
  ['STICKER', 'image/webp', {}],
])(
  'a received %s is forwarded by its stored file, with the mark and nothing of its old chat',
  async (type, mimeType, beside) => {
    const row = await file(mimeType, { origin: 'RECEIVED', seconds: 3 });
    const shown = {
      id: row.id,
      mimeType,
      bytes: 9,
      sha256: row.sha256,
      state: 'READY',
      problem: null,
      fileName: 'its name',
    };
    const received = await stored(type, {}, { ...beside, media: shown, albumId: 'X', expiresInSeconds: 9 });
    const { status, json } = await post(`messages/${received.id}/forward`, { to: '+628777777777' });
    expect([status, json.code]).toEqual([202, undefined]);
    const [sent] = await rows({ id: json.id });
    const media = { ...shown, seconds: 3 };
    expect(sent?.content).toEqual({ type, ...beside, media, forwarded: true });
  },
);

test.each([
  ['EXPIRED', 'media_gone'],
  ['PENDING', 'media_not_ready'],
  ['FAILED', 'media_not_ready'],
] as const)('a file that is %s is not forwarded, with a code that says so', async (state, code) => {
  const row = await file('image/jpeg', { state });
  const received = await stored('IMAGE', {}, { media: { id: row.id } });
  expect((await post(`messages/${received.id}/forward`, address)).json).toMatchObject({
    code,
    detail: `The file is ${state}.`,
  });
});

test('what was sent to be seen once is not forwarded', async () => {
  const once = await stored('IMAGE', {}, { viewOnce: true });
  expect((await post(`messages/${once.id}/forward`, address)).json.code).toBe('message_not_forwardable');
});

test('the caption of a sent file is edited with the file that it belongs to; other files have none', async () => {
  const picture = await stored('IMAGE', own, { caption: 'old' });
  const { json } = await post('messages', { type: 'EDIT', messageId: picture.id, text: 'new' });
  const [edit] = await rows({ id: json.id });
  expect(edit?.content).toMatchObject({
    type: 'EDIT',
    text: 'new',
    file: { type: 'IMAGE', media: { id: picture.media.id } },
  });
  expect(JSON.stringify(json)).not.toContain('sha256');
  for (const [type, content] of [
    ['STICKER', {}],
    ['IMAGE', { viewOnce: true }],
  ] as const) {
    const { id } = await stored(type, own, content);
    expect((await post('messages', { type: 'EDIT', messageId: id, text: 'x' })).json.code).toBe('message_not_editable');
  }
});
