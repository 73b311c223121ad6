import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const importCsv = (profileId: string, csv: string) =>
  gateway.call('POST', `/profiles/${profileId}/contacts/import`, {
    body: csv,
    headers: { 'content-type': 'text/csv' },
  });
const exportCsv = async (profileId: string) =>
  (await gateway.call('GET', `/profiles/${profileId}/contacts/export`)).text.trimEnd().split('\r\n');
const reportsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('each line is reported as it is done, and a mistake in one stops none of the others', async () => {
  const profileId = await gateway.newProfile();
  const { prisma } = gateway.database;
  const known = await prisma.contact.create({
    data: { id: newId(), profileId, phone: '553187654321', tags: ['old'], metadata: { city: 'Belo', size: 1 } },
  });
  const answer = await importCsv(
    profileId,
    [
      'phone,lid,name,tags,metadata.city',
      '+62 812-3456-7890,,Budi,vip;shop,Bandung',
      '+1 123 456 7890,,Nobody,,',
      '+55 31 98765-4321,,Ana,old;new,',
      ',123456789012345,,,',
      '62 812 3456 7890,,,late,',
    ].join('\n'),
  );
  expect(answer.status).toBe(200);
  const reports = reportsOf(answer.text).sort((one, other) => Number(one.line) - Number(other.line));
  expect(reports).toMatchObject([
    { line: 2, outcome: 'CREATED' },
    { line: 3, outcome: 'FAILED', message: 'No country has a phone number like this.' },
    { line: 4, outcome: 'UPDATED', contactId: known.id },
    { line: 5, outcome: 'CREATED' },
    { line: 6, outcome: 'UPDATED' },
  ]);
  expect(reports[4]?.contactId).toBe(reports[0]?.contactId);
  expect(await prisma.contact.findUniqueOrThrow({ where: { id: known.id } })).toMatchObject({
    name: 'Ana',
    tags: ['old', 'new'],
    metadata: { city: 'Belo', size: 1 },
  });
  const budi = await prisma.contact.findFirstOrThrow({ where: { profileId, phone: '6281234567890' } });
  expect(budi).toMatchObject({ name: 'Budi', tags: ['vip', 'shop', 'late'], metadata: { city: 'Bandung' } });
  const events = await prisma.event.findMany({ where: { profileId }, orderBy: { position: 'asc' } });
  expect(events.map(({ type }) => type).sort()).toEqual(['contact.created', 'contact.created', 'contact.updated']);
});

test('what was exported is imported as it was, formulas of strangers disarmed', async () => {
  const [from, to] = [await gateway.newProfile(), await gateway.newProfile()];
  const { prisma } = gateway.database;
  await prisma.contact.createMany({
    data: [
      {
        id: newId(),
        profileId: from,
        phone: '6281234567890',
        name: 'Budi, "the" one',
        tags: ['a', 'b'],
        email: 'b@example.com',
      },
      {
        id: newId(),
        profileId: from,
        lid: '123456789012345',
        pushName: '=HYPERLINK("x")',
        metadata: { city: 'Bandung\n2' },
      },
    ],
  });
  const rows = await exportCsv(from);
  expect(rows.join('\n')).toContain(`"'=HYPERLINK(""x"")"`);
  expect(rows[0]).toBe('phone,lid,name,pushName,email,tags,metadata.city');
  const reports = reportsOf((await importCsv(to, rows.join('\r\n'))).text);
  expect(reports.map(({ outcome }) => outcome)).toEqual(['CREATED', 'CREATED']);
  const select = { phone: true, lid: true, name: true, email: true, tags: true, metadata: true };
  const read = (profileId: string) =>
    prisma.contact.findMany({ where: { profileId }, select, orderBy: { phone: 'asc' } });
  expect(await read(to)).toEqual(await read(from));
});

test('thousands of contacts go out and come in complete', async () => {
  const [from, to] = [await gateway.newProfile(), await gateway.newProfile()];
  const phones = Array.from({ length: 2_300 }, (_, nth) => `62812${String(nth).padStart(8, '0')}`);
  const csv = ['phone,name', ...phones.map((phone) => `${phone},Name ${phone}`)].join('\n');
  expect(reportsOf((await importCsv(from, csv)).text)).toHaveLength(phones.length);
  const exported = await exportCsv(from);
  expect(exported).toHaveLength(phones.length + 1);
  const outcomes = reportsOf((await importCsv(to, exported.join('\n'))).text).map(({ outcome }) => outcome);
  expect(new Set(outcomes)).toEqual(new Set(['CREATED']));
  expect(await gateway.database.prisma.contact.count({ where: { profileId: to } })).toBe(phones.length);
});

test('columns that cannot be read are refused as a whole, and so is a body that is no CSV', async () => {
  const profileId = await gateway.newProfile();
  expect(await importCsv(profileId, 'name\nBudi\n')).toMatchObject({
    status: 422,
    json: { code: 'csv_invalid', errors: [{ pointer: '#/line/1' }] },
  });
  const json = await gateway.call('POST', `/profiles/${profileId}/contacts/import`, { body: { phone: '1' } });
  expect(json).toMatchObject({ status: 415, json: { code: 'unsupported_media_type' } });
});

test('contacts are found by a part of a name, an address or a number', async () => {
  const profileId = await gateway.newProfile();
  const data = [
    { phone: '6281234567890', name: 'Budi Santoso' },
    { phone: '6281299990000', pushName: 'budiman' },
    { lid: '123456789012345', email: 'ayu@budi.example' },
    { phone: '6281300000000', name: 'Citra' },
  ];
  await gateway.database.prisma.contact.createMany({ data: data.map((one) => ({ id: newId(), profileId, ...one })) });
  const found = async (query: string) =>
    (await gateway.call('GET', `/profiles/${profileId}/contacts?${query}`)).json.items;
  expect(await found('search=BUDI')).toHaveLength(3);
  expect(await found('search=%2B62%20812-3456')).toMatchObject([{ name: 'Budi Santoso' }]);
  expect(await found('lid=123456789012345')).toMatchObject([{ email: 'ayu@budi.example' }]);
  expect(await found('search=%25%25')).toEqual([]);
});

test('changing a contact is told', async () => {
  const profileId = await gateway.newProfile();
  const { prisma } = gateway.database;
  const id = newId();
  await prisma.contact.create({ data: { id, profileId, phone: '6281234567890', email: 'b@example.com', tags: ['a'] } });
  const body = { name: 'Budi', email: null, metadata: { city: 'Bandung' } };
  const changed = await gateway.call('PATCH', `/profiles/${profileId}/contacts/${id}`, { body });
  expect(changed.json).toMatchObject({ ...body, tags: ['a'], phone: '6281234567890' });
  const [event] = await prisma.event.findMany({ where: { profileId } });
  expect(event).toMatchObject({ type: 'contact.updated', data: { contactId: id, name: 'Budi' } });
});
