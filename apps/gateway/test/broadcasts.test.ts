import { broadcastSchema, events as catalog, eventEnvelopeSchema } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
let profileId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());
beforeEach(async () => {
  profileId = await gateway.newProfile();
});

const phones = ['+62 812-3456-7890', '+1 650 253 0000', '+49 1511 2345678'];
type Body = Record<string, unknown>;

const draft = (over: Body = {}): Body => ({
  profileId,
  name: 'Opening hours',
  content: { type: 'TEXT', text: 'Hello {{name|there}}' },
  audience: { kind: 'recipients', recipients: phones.map((to) => ({ to })) },
  ...over,
});

async function create(over: Body = {}): Promise<string> {
  const made = await gateway.call('POST', '/broadcasts', { body: draft(over) });
  expect(made.status, made.text).toBe(201);
  return String(made.json.id);
}

const start = (id: string, body?: Body) => gateway.call('POST', `/broadcasts/${id}/start`, { body });
const act = (id: string, verb: string) => gateway.call('POST', `/broadcasts/${id}/${verb}`);
const get = async (id: string) => broadcastSchema.parse((await gateway.call('GET', `/broadcasts/${id}`)).json);
const rows = (broadcastId: string) =>
  gateway.database.prisma.broadcastRecipient.findMany({ where: { broadcastId }, orderBy: { position: 'asc' } });
const statusesTold = async () => {
  const told = await gateway.database.prisma.event.findMany({ where: { profileId }, orderBy: { sequence: 'asc' } });
  return told.map(({ type, data }) => [type, (data as { status?: string }).status]);
};
const upload = (id: string, csv: string, type = 'text/csv') =>
  gateway.call('PUT', `/broadcasts/${id}/recipients`, { body: csv, headers: { 'content-type': type } });

/** As the scheduler does: gives the first pending recipient its message. */
async function accept(broadcastId: string, status: 'QUEUED' | 'SENT' = 'QUEUED'): Promise<string> {
  const recipient = (await rows(broadcastId)).find((row) => row.status === 'PENDING');
  const id = newId();
  await gateway.database.prisma.message.create({
    data: {
      id,
      workspaceId: gateway.tenant.workspaceId,
      profileId,
      chat: recipient?.chat ?? '',
      waMessageId: id,
      fromMe: true,
      origin: 'BROADCAST',
      type: 'TEXT',
      content: { type: 'TEXT', text: 'Hello' },
      status,
      commandedAt: new Date(),
    },
  });
  const data = { status: 'ACCEPTED' as const, messageId: id };
  await gateway.database.prisma.broadcastRecipient.update({ where: { id: recipient?.id }, data });
  return id;
}
const message = (id: string) => gateway.database.prisma.message.findUniqueOrThrow({ where: { id } });

describe('a draft', () => {
  test('is created, listed, changed and deleted, and sends nothing', async () => {
    const id = await create();
    expect(await get(id)).toMatchObject({ status: 'DRAFT', audience: { kind: 'recipients', size: 3 }, etaAt: null });
    const audience = { kind: 'tags', tags: ['vip'] };
    const changed = await gateway.call('PATCH', `/broadcasts/${id}`, { body: { name: 'Sunday', audience } });
    expect(changed.json).toMatchObject({ name: 'Sunday', audience: { kind: 'tags', tags: ['vip'], size: null } });
    expect(await rows(id)).toEqual([]);
    const other = await create({ name: 'Other' });
    const listed = await gateway.call('GET', `/broadcasts?profileId=${profileId}&limit=1`);
    expect(listed.json.items?.map((row) => row.id)).toEqual([other]);
    const next = await gateway.call('GET', `/broadcasts?profileId=${profileId}&cursor=${listed.json.nextCursor}`);
    expect(next.json.items?.map((row) => row.id)).toEqual([id]);
    expect((await gateway.call('DELETE', `/broadcasts/${id}`)).status).toBe(204);
    expect((await gateway.call('GET', `/broadcasts/${id}`)).json.code).toBe('broadcast_not_found');
    expect(await statusesTold()).toEqual([]);
  });

  test('created twice under one Idempotency-Key is one', async () => {
    const options = { body: draft(), headers: { 'idempotency-key': newId() } };
    const [first, second] = [
      await gateway.call('POST', '/broadcasts', options),
      await gateway.call('POST', '/broadcasts', options),
    ];
    expect(second.json.id).toBe(first.json.id);
    expect(await rows(String(first.json.id))).toHaveLength(3);
  });

  test.each<[string, Body, string, string | undefined]>([
    ['a malformed variable', { content: { type: 'TEXT', text: 'Hi {{name' } }, 'template_invalid', '#/content/text'],
    ['an unknown field', { extra: 1 }, 'validation_failed', '#/extra'],
    [
      'a wrong variable name',
      { audience: { kind: 'recipients', recipients: [{ to: '1', variables: { 'a b': 'x' } }] } },
      'validation_failed',
      undefined,
    ],
    ['a pace of nothing', { pace: { messagesPerMinute: 0 } }, 'validation_failed', '#/pace/messagesPerMinute'],
    ['a missing profile', { profileId: newId() }, 'profile_not_found', undefined],
  ])('with %s is refused and not stored', async (_name, over, code, pointer) => {
    const before = await gateway.database.prisma.broadcast.count();
    const answer = await gateway.call('POST', '/broadcasts', { body: draft(over) });
    expect(answer.json.code).toBe(code);
    if (pointer) expect(answer.json.errors).toEqual([expect.objectContaining({ pointer })]);
    expect(await gateway.database.prisma.broadcast.count()).toBe(before);
  });
});

describe('a start', () => {
  test('freezes the audience: one person once, opted-out and invalid ones left out with the reason', async () => {
    const { prisma } = gateway.database;
    await prisma.contact.create({
      data: { id: newId(), profileId, phone: '6281234567890', lid: '100000000001', pushName: 'Budi' },
    });
    await prisma.optOut.create({ data: { workspaceId: gateway.tenant.workspaceId, phone: '4915112345678' } });
    const recipients = [...phones, '100000000001@lid', 'nobody', '1@g.us'].map((to) => ({ to }));
    const id = await create({ audience: { kind: 'recipients', recipients } });
    const started = await start(id);
    expect(started.json).toMatchObject({
      status: 'RUNNING',
      counts: { PENDING: 2, OPTED_OUT: 1, DUPLICATE: 1, INVALID: 2 },
    });
    expect(started.json.etaAt).toEqual(expect.any(String));
    expect((await rows(id)).map(({ status, reason, chat, variables }) => [status, reason, chat, variables])).toEqual([
      ['PENDING', null, '6281234567890@s.whatsapp.net', { name: 'Budi' }],
      ['PENDING', null, '16502530000@s.whatsapp.net', {}],
      ['OPTED_OUT', 'opted_out', '4915112345678@s.whatsapp.net', {}],
      ['DUPLICATE', 'duplicate', '6281234567890@s.whatsapp.net', {}],
      ['INVALID', 'recipient_invalid', null, {}],
      ['INVALID', 'recipient_invalid', null, {}],
    ]);
    const invalid = await gateway.call('GET', `/broadcasts/${id}/recipients?status=INVALID&limit=1`);
    expect(invalid.json.items).toMatchObject([{ input: 'nobody', position: 4, reason: 'recipient_invalid' }]);
    const rest = await gateway.call(
      'GET',
      `/broadcasts/${id}/recipients?status=INVALID&cursor=${invalid.json.nextCursor}`,
    );
    expect(rest.json).toMatchObject({ items: [{ input: '1@g.us' }], nextCursor: null });
    await prisma.optOut.deleteMany();
  });

  test('by tags takes the contacts that have one of them at that moment, and nobody of another profile', async () => {
    const { prisma } = gateway.database;
    const other = await gateway.newProfile();
    const contact = (phone: string, tags: string[], owner = profileId) => ({
      id: newId(),
      profileId: owner,
      phone,
      tags,
    });
    await prisma.contact.createMany({
      data: [
        contact('6281234567890', ['vip']),
        contact('16502530000', ['new', 'vip']),
        contact('4915112345678', ['other']),
        contact('6281234567891', ['vip'], other),
        { id: newId(), profileId, lid: '100000000007', tags: ['new'] },
      ],
    });
    const id = await create({ audience: { kind: 'tags', tags: ['vip', 'new'] } });
    const started = await start(id);
    expect(started.json).toMatchObject({ audience: { size: 3 }, counts: { PENDING: 3 } });
    expect((await rows(id)).map(({ chat }) => chat).sort()).toEqual([
      '100000000007@lid',
      '16502530000@s.whatsapp.net',
      '6281234567890@s.whatsapp.net',
    ]);
  });

  test('with a variable that recipients lack is refused, names them, and changes nothing', async () => {
    const recipients = Array.from({ length: 30 }, (_, n) => ({
      to: `+1650253${1000 + n}`,
      ...(n === 3 && { variables: { code: 'A' } }),
    }));
    const id = await create({
      content: { type: 'TEXT', text: 'Code {{code}}' },
      audience: { kind: 'recipients', recipients },
    });
    const before = await rows(id);
    const refused = await start(id);
    expect([refused.status, refused.json.code]).toEqual([422, 'variable_unknown']);
    const errors = refused.json.errors as { pointer: string }[];
    expect(errors).toHaveLength(20);
    expect(errors.slice(2, 4).map(({ pointer }) => pointer)).toEqual([
      '#/audience/recipients/2',
      '#/audience/recipients/4',
    ]);
    expect([(await get(id)).status, await rows(id), await statusesTold()]).toEqual(['DRAFT', before, []]);
  });

  test.each<[string, Body]>([
    ['without recipients', { audience: { kind: 'recipients', recipients: [] } }],
    ['by a tag that nobody has', { audience: { kind: 'tags', tags: ['nobody'] } }],
    ['of a CSV that never came', { audience: { kind: 'csv' } }],
    ['of invalid recipients only', { audience: { kind: 'recipients', recipients: [{ to: '0812' }] } }],
  ])('%s is audience_empty', async (_name, over) => {
    const id = await create(over);
    const refused = await start(id);
    expect([refused.status, refused.json.code]).toEqual([422, 'audience_empty']);
    expect((await get(id)).status).toBe('DRAFT');
  });

  test('in the past is refused; in the future it is SCHEDULED and tried out at once', async () => {
    const id = await create();
    expect((await start(id, { at: '2020-01-01T00:00:00Z' })).json).toMatchObject({
      code: 'schedule_past',
      errors: [{ pointer: '#/at' }],
    });
    const at = new Date(Date.now() + 3_600_000).toISOString();
    expect((await start(id, { at })).json).toMatchObject({ status: 'SCHEDULED', scheduledAt: at });
    expect((await rows(id)).every(({ chat }) => chat === null)).toBe(true);
    const empty = await create({ audience: { kind: 'tags', tags: ['nobody'] } });
    expect((await start(empty, { at })).json.code).toBe('audience_empty');
    expect((await act(id, 'cancel')).json).toMatchObject({ status: 'CANCELLED', counts: { CANCELLED: 3 } });
    expect(await statusesTold()).toEqual([
      ['broadcast.status', 'SCHEDULED'],
      ['broadcast.status', 'CANCELLED'],
    ]);
  });

  test('twice at the same time starts once', async () => {
    const id = await create();
    const answers = await Promise.all([start(id), start(id), start(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(await statusesTold()).toEqual([['broadcast.status', 'RUNNING']]);
  });
});

describe('pause, resume and cancel', () => {
  test('a pause takes back what is not sent, so that no engine and no sweep sends it', async () => {
    const id = await create();
    await start(id);
    const [sent, queued] = [await accept(id, 'SENT'), await accept(id)];
    expect((await act(id, 'pause')).json).toMatchObject({
      status: 'PAUSED',
      etaAt: null,
      counts: { ACCEPTED: 2, PENDING: 1 },
    });
    expect(await message(queued)).toMatchObject({ status: 'SCHEDULED', sendAt: null, commandedAt: null });
    expect(await message(sent)).toMatchObject({ status: 'SENT' });
    const resumed = await act(id, 'resume');
    expect(resumed.json.status).toBe('RUNNING');
    const given = await message(queued);
    expect(given).toMatchObject({ status: 'SCHEDULED', sendAt: expect.any(Date), commandedAt: null });
    expect(Number(given.sendAt)).toBeLessThanOrEqual(Date.now() + 1_000);
    await act(id, 'pause');
    expect(await message(queued)).toMatchObject({ status: 'SCHEDULED', sendAt: null });
    expect(await statusesTold()).toEqual(
      ['RUNNING', 'PAUSED', 'RUNNING', 'PAUSED'].map((status) => ['broadcast.status', status]),
    );
  });

  test('a cancel ends everyone that nothing was sent to, and says so of each message', async () => {
    const id = await create();
    await start(id);
    const [sent, queued] = [await accept(id, 'SENT'), await accept(id)];
    const cancelled = await act(id, 'cancel');
    expect(cancelled.json).toMatchObject({
      status: 'CANCELLED',
      counts: { ACCEPTED: 1, CANCELLED: 2 },
      endedAt: expect.any(String),
    });
    expect([(await message(queued)).status, (await message(sent)).status]).toEqual(['CANCELLED', 'SENT']);
    expect((await statusesTold()).map(([type]) => type)).toEqual([
      'broadcast.status',
      'message.cancelled',
      'broadcast.status',
    ]);
  });

  test.each([
    ['pause', 'DRAFT'],
    ['resume', 'DRAFT'],
    ['cancel', 'DRAFT'],
  ])('%s of a %s is a state_conflict that says what is allowed', async (verb) => {
    const refused = await act(await create(), verb);
    expect([refused.status, refused.json.code]).toEqual([409, 'state_conflict']);
    expect(refused.json.detail).toContain('start');
  });

  test('what runs cannot be changed, deleted or uploaded to', async () => {
    const id = await create();
    await start(id);
    const answers = [
      await gateway.call('PATCH', `/broadcasts/${id}`, { body: { name: 'x' } }),
      await gateway.call('DELETE', `/broadcasts/${id}`),
      await upload(id, 'to\n6281234567890\n'),
      await start(id),
    ];
    expect(answers.map(({ json }) => json.code)).toEqual(Array(4).fill('state_conflict'));
  });
});

describe('an upload', () => {
  test('becomes the audience, with names and variables', async () => {
    const id = await create({ content: { type: 'TEXT', text: '{{name}} {{city}}' } });
    const csv = '\ufeffto,name,city\r\n"+62 812-3456-7890",Budi,"Kota, Baru"\r\n\r\n16502530000,Ann,Rome\n';
    const uploaded = await upload(id, csv);
    expect(uploaded.json, uploaded.text).toMatchObject({ audience: { kind: 'csv', size: 2 } });
    expect((await rows(id)).map(({ position, variables }) => [position, variables])).toEqual([
      [2, { name: 'Budi', city: 'Kota, Baru' }],
      [4, { name: 'Ann', city: 'Rome' }],
    ]);
    expect((await start(id)).json).toMatchObject({ status: 'RUNNING', counts: { PENDING: 2 } });
  });

  test.each([
    ['a line with a number that cannot be one', 'to,name\n6281234567890,a\n0812,b\n', ['#/line/3']],
    ['lines with too many and too few cells', 'to,name\n6281234567890\n16502530000,a,b\n', ['#/line/2', '#/line/3']],
    ['no recipient', 'to,name\n', ['#/line/1']],
    ['nothing', '', ['#/line/1']],
    ['no column "to"', 'phone\n6281234567890\n', ['#/line/1']],
    ['an open quote', 'to,name\n6281234567890,"a\n', ['#/line/2']],
  ])('with %s is refused as a whole, by line', async (_name, csv, pointers) => {
    const id = await create();
    const before = await rows(id);
    const refused = await upload(id, csv);
    expect([refused.status, refused.json.code]).toEqual([422, 'csv_invalid']);
    expect((refused.json.errors as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(pointers);
    expect(await rows(id)).toEqual(before);
  });

  test('that is not UTF-8 is refused before anyone is called by a broken name', async () => {
    const id = await create();
    const latin1 = Buffer.concat([Buffer.from('to,name\n6281234567890,Ren'), Buffer.from([0xe9, 0x0a])]);
    const refused = await gateway.call('PUT', `/broadcasts/${id}/recipients`, {
      body: latin1,
      headers: { 'content-type': 'text/csv' },
    });
    expect(refused.json).toMatchObject({ code: 'csv_invalid', errors: [{ pointer: '#/line/2' }] });
  });

  test('of 20,000 lines with one mistake at the end stores nothing', async () => {
    const id = await create();
    const lines = Array.from({ length: 20_000 }, (_, n) => `+1650${String(2_000_000 + n)},name ${n}`);
    const refused = await upload(id, ['to,name', ...lines, 'oops,x'].join('\n'));
    expect(refused.json).toMatchObject({ code: 'csv_invalid', errors: [{ pointer: '#/line/20002' }] });
    expect(await rows(id)).toHaveLength(3);
    const accepted = await upload(id, ['to,name', ...lines].join('\n'));
    expect(accepted.json).toMatchObject({ audience: { size: 20_000 } });
  });

  test('that is too large, or no CSV, is refused', async () => {
    const id = await create();
    const huge = await upload(id, `to,name\n${'6281234567890,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n'.repeat(800_000)}`);
    expect([huge.status, huge.json.code]).toEqual([413, 'payload_too_large']);
    const json = await upload(id, '[]', 'application/json');
    expect([json.status, json.json.code]).toEqual([415, 'unsupported_media_type']);
  });
});

describe('walls', () => {
  test('nothing of a broadcast opens for another workspace, or for a key without the scope', async () => {
    const id = await create();
    const stranger = (await gateway.newTenant()).key;
    const reader = await gateway.newKey(gateway.tenant, { scopes: ['broadcasts:read'] });
    const calls: [string, string, (string | object)?][] = [
      ['GET', `/broadcasts/${id}`],
      ['GET', `/broadcasts/${id}/recipients`],
      ['PATCH', `/broadcasts/${id}`, { name: 'x' }],
      ['DELETE', `/broadcasts/${id}`],
      ['POST', `/broadcasts/${id}/start`],
      ['POST', `/broadcasts/${id}/pause`],
      ['POST', `/broadcasts/${id}/resume`],
      ['POST', `/broadcasts/${id}/cancel`],
    ];
    for (const [method, path, body] of calls) {
      expect((await gateway.call(method, path, { key: stranger, body })).json.code, path).toBe('broadcast_not_found');
      const read = await gateway.call(method, path, { key: reader, body });
      expect(read.status, path).toBe(method === 'GET' ? 200 : 403);
    }
    const headers = { 'content-type': 'text/csv' };
    const path = `/broadcasts/${id}/recipients`;
    expect((await gateway.call('PUT', path, { key: stranger, body: 'to\n1', headers })).status).toBe(404);
    expect((await gateway.call('PUT', path, { key: reader, body: 'to\n1', headers })).status).toBe(403);
    expect((await gateway.call('POST', '/broadcasts', { key: stranger, body: draft() })).json.code).toBe(
      'profile_not_found',
    );
    expect((await gateway.call('GET', '/broadcasts', { key: stranger })).json.items).toEqual([]);
    expect((await get(id)).status).toBe('DRAFT');
  });

  test('each event of a broadcast fits the catalog', async () => {
    const id = await create();
    await start(id);
    const row = await gateway.database.prisma.event.findFirstOrThrow({ where: { profileId } });
    expect(catalog['broadcast.status'].data.parse(row.data)).toMatchObject({ broadcastId: id, counts: { PENDING: 3 } });
    expect(eventEnvelopeSchema.shape.type.parse(row.type)).toBe('broadcast.status');
  });
});
