import { createHash, randomBytes } from 'node:crypto';
import { type Ffmpeg, findFfmpeg } from '@multiwa/media';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRange } from '../src/media/byte-range.js';
import { startTestGateway, type Tenant, type TestGateway } from './gateway.js';

let gateway: TestGateway;
let base: string;
let clock = Date.now();
/** The machine's own, where it has it: what comes out is asserted either way. */
let ffmpeg: Ffmpeg | undefined;
beforeAll(async () => {
  ffmpeg = await findFfmpeg('ffmpeg');
  gateway = await startTestGateway({ maxMediaBytes: 1_000_000, now: () => clock, ffmpeg });
  base = `${await gateway.app.listen({ host: '127.0.0.1', port: 0 })}/api/v1`;
});
afterAll(() => gateway.stop());

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==',
  'base64',
);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

interface UploadOptions {
  as?: Tenant;
  name?: string;
  type?: string;
  query?: string;
  /** The Idempotency-Key. */
  key?: string;
}

async function upload(
  bytes: Uint8Array,
  { as = gateway.tenant, name = 'a.bin', type = 'x/y', query = '', key }: UploadOptions = {},
) {
  const form = new FormData();
  form.append('note', 'fields beside the file are not looked at');
  form.append('file', new Blob([new Uint8Array(bytes)], { type }), name);
  const headers = { 'x-api-key': as.key, ...(key && { 'idempotency-key': key }) };
  const answer = await fetch(`${base}/media${query}`, { method: 'POST', headers, body: form });
  const isReplayed = answer.headers.get('idempotent-replayed') === 'true';
  return { status: answer.status, isReplayed, json: (await answer.json()) as Record<string, string> };
}

/** The content behind a link that names another host than this gateway has here. */
const open = (link: string, init?: RequestInit) =>
  fetch(base + new URL(link).pathname.slice('/api/v1'.length) + new URL(link).search, init);

test('an uploaded file opens through its link and with a key of its workspace, byte for byte', async () => {
  const bytes = randomBytes(500_000);
  const { status, json } = await upload(bytes, { name: 'Ré sumé.bin' });
  expect(status).toBe(201);
  expect(json).toMatchObject({
    state: 'READY',
    origin: 'UPLOAD',
    bytes: 500_000,
    sha256: hashOf(bytes),
    fileName: 'Ré sumé.bin',
  });
  const byLink = await open(json.url ?? '');
  expect(hashOf(Buffer.from(await byLink.arrayBuffer()))).toBe(json.sha256);
  const byKey = await fetch(`${base}/media/${json.id}/content`, { headers: { 'x-api-key': gateway.tenant.key } });
  expect(hashOf(Buffer.from(await byKey.arrayBuffer()))).toBe(json.sha256);
  expect((await gateway.call('GET', `/media/${json.id}`)).json).toEqual(json);
});

test('its type is what its bytes say, and nothing in it runs in a browser', async () => {
  const picture = await upload(png, { name: 'page.html', type: 'text/html' });
  expect(picture.json).toMatchObject({ mimeType: 'image/png', width: 2, height: 3 });
  const page = await upload(Buffer.from('<script>alert(1)</script>'), { name: 'page.html', type: 'text/html' });
  const shown = await open(picture.json.url ?? '');
  expect(shown.headers.get('content-disposition')).toMatch(/^inline/);
  const saved = await open(page.json.url ?? '');
  expect(saved.headers.get('content-disposition')).toMatch(/^attachment/);
  for (const { headers } of [shown, saved]) {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  }
});

test('a part of it is given where one is asked for', async () => {
  const bytes = randomBytes(1_000);
  const { json } = await upload(bytes);
  const part = await open(json.url ?? '', { headers: { range: 'bytes=10-19' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10-19/1000']);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(10, 20));
  const outside = await open(json.url ?? '', { headers: { range: 'bytes=1000-' } });
  expect([outside.status, outside.headers.get('content-range')]).toEqual([416, 'bytes */1000']);
});

test.each([
  ['bytes=0-', { start: 0, end: 99 }],
  ['bytes=-10', { start: 90, end: 99 }],
  ['bytes=-1000', { start: 0, end: 99 }],
  ['bytes=50-1000', { start: 50, end: 99 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=5-2', undefined],
  ['bytes=0-1,5-6', undefined],
  ['lines=0-1', undefined],
  [undefined, undefined],
])('the range %s of 100 bytes', (header, expected) => {
  expect(readRange(header, 100)).toEqual(expected);
});

test('another workspace opens it neither by its id nor with its own key, also when it has the same bytes', async () => {
  const other = await gateway.newTenant();
  const [ours, theirs] = [await upload(png), await upload(png, { as: other })];
  expect(ours.json.id).not.toBe(theirs.json.id);
  expect(ours.json.sha256).toBe(theirs.json.sha256);
  for (const path of [`/media/${ours.json.id}`, `/media/${ours.json.id}/content`]) {
    const refused = await gateway.call('GET', path, { key: other.key });
    expect([refused.status, refused.json.code]).toEqual([404, 'media_not_found']);
  }
  const [link, id] = [new URL(theirs.json.url ?? ''), String(ours.json.id)];
  link.pathname = link.pathname.replace(String(theirs.json.id), id);
  expect((await open(link.href)).status).toBe(403);
});

test('a link ends with its time, and no part of it may be changed', async () => {
  const { json } = await upload(png);
  const link = new URL(json.url ?? '');
  const later = new URL(link);
  later.searchParams.set('expires', String(Number(link.searchParams.get('expires')) + 86_400));
  expect((await open(later.href)).status).toBe(403);
  const before = clock;
  clock = Number(link.searchParams.get('expires')) * 1_000;
  try {
    expect((await open(link.href)).status).toBe(403);
  } finally {
    clock = before;
  }
  expect((await fetch(`${base}/media/${json.id}/content`)).status).toBe(401);
});

test.each([
  ['a page as a picture', Buffer.from('<html>'), '?type=IMAGE', 422, 'media_type_mismatch'],
  ['more than a sticker may have', randomBytes(1_100_000), '?type=STICKER', 413, 'payload_too_large'],
  ['more than the operator takes', randomBytes(1_000_001), '', 413, 'payload_too_large'],
  ['nothing', Buffer.alloc(0), '', 422, 'validation_failed'],
  ['an unknown kind', png, '?type=FILM', 422, 'validation_failed'],
])('%s is refused, and nothing is stored', async (_what, bytes, query, status, code) => {
  const before = await gateway.database.prisma.mediaObject.count();
  const refused = await upload(bytes, { query });
  expect([refused.status, refused.json.code]).toEqual([status, code]);
  expect(await gateway.database.prisma.mediaObject.count()).toBe(before);
});

test('an upload that is repeated under its key is taken in once, and another file under that key is refused', async () => {
  const [bytes, key] = [randomBytes(1_000), 'upload-4711'];
  const first = await upload(bytes, { key });
  const before = await gateway.database.prisma.mediaObject.count();
  const again = await upload(bytes, { key });
  expect([again.status, again.isReplayed, again.json]).toEqual([201, true, first.json]);
  for (const options of [
    { key, name: 'b.bin' },
    { key, query: '?type=DOCUMENT' },
  ]) {
    expect((await upload(bytes, options)).json.code).toBe('idempotency_key_reused');
  }
  const other = await upload(randomBytes(1_000), { key });
  expect([other.status, other.json.code]).toEqual([409, 'idempotency_key_reused']);
  expect(await gateway.database.prisma.mediaObject.count()).toBe(before);
  const refused = await upload(png, { key: 'upload-4712', query: '?type=VIDEO' });
  expect(refused.json.code).toBe('media_type_mismatch');
  expect((await upload(png, { key: 'upload-4712', query: '?type=IMAGE' })).status).toBe(201);
  const abroad = await upload(bytes, { key, as: await gateway.newTenant() });
  expect([abroad.status, abroad.isReplayed]).toEqual([201, false]);
});

test('a body that is no form is refused', async () => {
  const json = await gateway.call('POST', '/media', { body: { file: 'x' } });
  expect([json.status, json.json.code]).toEqual([415, 'unsupported_media_type']);
});

test('a file whose time is over says so, cannot be sent, and is not asked for where nobody sent it', async () => {
  const { json } = await upload(png);
  const id = String(json.id);
  await gateway.database.prisma.mediaObject.update({
    where: { id },
    data: { state: 'EXPIRED', problem: 'retention' },
  });
  const shown = await gateway.call('GET', `/media/${id}`);
  expect(shown.json).toMatchObject({
    state: 'EXPIRED',
    problem: 'retention',
    url: null,
    problemSentence: expect.any(String),
  });
  const content = await gateway.call('GET', `/media/${id}/content`);
  expect([content.status, content.json.code]).toEqual([410, 'media_gone']);
  const profileId = await gateway.newProfile();
  const send = await gateway.call('POST', `/profiles/${profileId}/messages`, {
    body: { type: 'IMAGE', to: '+6281234567890', media: { id } },
  });
  expect([send.json.code, send.json.errors]).toEqual([
    'media_not_ready',
    [expect.objectContaining({ pointer: '#/media/id' })],
  ]);
});

/** Two seconds of a tone that grows louder, as an uncompressed WAV of 8,000 samples a second. */
function growingTone(): Buffer {
  const samples = 16_000;
  const data = Buffer.alloc(2 * samples);
  for (let index = 0; index < samples; index += 1) {
    data.writeInt16LE(Math.round((30_000 * index * Math.sin(index / 3)) / samples), 2 * index);
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

interface Sent {
  media: { id: string; mimeType: string; seconds?: number; sha256: string };
  waveform?: string;
  thumbnail?: string;
}

/** Sends an upload as a kind; the stored content, or the refusal. */
async function sendAs(mediaId: string | undefined, body: object): Promise<{ refused?: unknown; content?: Sent }> {
  const profileId = await gateway.newProfile();
  const { status, json } = await gateway.call('POST', `/profiles/${profileId}/messages`, {
    body: { to: '+6281234567890', media: { id: mediaId }, ...body },
  });
  if (status !== 202) return { refused: json };
  const row = await gateway.database.prisma.message.findUniqueOrThrow({ where: { id: String(json.id) } });
  return { content: row.content as unknown as Sent };
}

test('a sound becomes a voice note with its shape where ffmpeg is, and is refused with the reason where it is not', async () => {
  const { json } = await upload(growingTone(), { name: 'tone.wav', type: 'audio/wav' });
  const { content, refused } = await sendAs(json.id, { type: 'AUDIO', voice: true });
  if (!ffmpeg) {
    expect(refused).toMatchObject({ code: 'media_not_convertible', errors: [{ pointer: '#/voice' }] });
    return;
  }
  expect(content?.media).toMatchObject({ mimeType: 'audio/ogg; codecs=opus', seconds: 2 });
  const bars = [...Buffer.from(content?.waveform ?? '', 'base64')];
  expect(bars).toHaveLength(64);
  expect(bars.slice(0, 8).every((bar) => bar < 20)).toBe(true);
  expect(Math.max(...bars.slice(-8))).toBe(100);
  // What was made is a file like any other, and a voice note as it is.
  const made = await gateway.call('GET', `/media/${content?.media.id}`);
  expect(made.json).toMatchObject({ origin: 'CONVERTED', mimeType: 'audio/ogg; codecs=opus', state: 'READY' });
  const again = await sendAs(content?.media.id, { type: 'AUDIO', voice: true });
  expect(again.content).toMatchObject({ media: { sha256: content?.media.sha256, seconds: 2 } });
});

test('what ffmpeg cannot read is refused as a voice note, and sent without a preview as a picture', async () => {
  const noise = Buffer.concat([growingTone().subarray(0, 20), randomBytes(2_000)]);
  const sound = await upload(noise, { name: 'noise.wav', type: 'audio/wav' });
  const voice = await sendAs(sound.json.id, { type: 'AUDIO', voice: true });
  expect(voice.refused).toMatchObject({ code: 'media_not_convertible', errors: [{ pointer: '#/voice' }] });
  const damaged = await upload(Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), randomBytes(2_000)]));
  const picture = await sendAs(damaged.json.id, { type: 'IMAGE' });
  expect(picture.content).toMatchObject({ media: { mimeType: 'image/jpeg' } });
  expect(picture.content?.thumbnail).toBeUndefined();
});

test('a picture carries a small one of itself where ffmpeg is, and goes without where it is not', async () => {
  const { json } = await upload(png);
  const { content } = await sendAs(json.id, { type: 'IMAGE' });
  const start = content?.thumbnail && Buffer.from(content.thumbnail, 'base64').subarray(0, 3).toString('hex');
  expect(start).toBe(ffmpeg && 'ffd8ff');
});
