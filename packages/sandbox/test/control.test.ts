import { describe, expect, it } from 'vitest';
import { createSandboxClient, SEED_CONTACTS } from '../src/index.js';
import { useWorld } from './support/world.js';

const world = useWorld({ preKeyCount: 100, seed: true });
const control = () => createSandboxClient(world.network.controlUrl);

describe('the control API', () => {
  it('makes phones with numbers that look real and never equal a LID', async () => {
    const phone = await control().createPhone({ name: 'Budi', autoReply: 'echo' });
    expect(phone).toMatchObject({ name: 'Budi', autoReply: 'echo', companions: 0 });
    expect(phone.phone).toMatch(/^62812\d{8}$/);
    expect(phone.lid).toMatch(/^\d{15}$/);
    const chosen = await control().createPhone({ phone: '+62 813-5550-1234' });
    expect(chosen.phone).toBe('6281355501234');
    expect((await control().phones()).map(({ phone: number }) => number)).toContain(chosen.phone);
    expect((await control().changePhone(chosen.phone, { autoReply: 'silent' })).autoReply).toBe('silent');
  });

  it('makes many phones at once', async () => {
    const phones = await control().createPhones({ count: 25, prefix: '62877' });
    expect(new Set(phones.map(({ phone }) => phone)).size).toBe(25);
    expect(phones.every(({ phone }) => /^62877\d{7}$/.test(phone))).toBe(true);
    const more = await control().createPhones({ count: 5, prefix: '62877' });
    expect(phones.map(({ phone }) => phone)).not.toContain(more[0]?.phone);
  });

  it('links, sends, waits for what arrives, reads, unlinks', async () => {
    const api = control();
    const [owner, friend] = [await api.createPhone(), await api.createPhone()];
    const { webSocketUrl, rootPublicKey } = await api.network();
    expect(webSocketUrl).toBe(world.network.webSocketUrl);
    expect(Buffer.from(rootPublicKey, 'base64')).toEqual(world.network.rootPublicKey);
    const client = world.client().connect();
    expect(await api.scan(owner.phone, await client.qr())).toMatchObject({ device: 1, platform: 'Mac OS' });
    await client.untilOpen();
    expect(await api.companions(owner.phone)).toMatchObject([{ device: 1, online: true }]);

    const waiting = api.waitForMessage(friend.phone, ({ text }) => text === 'long poll');
    const id = await client.sendText(`${friend.lid}@lid`, 'long poll');
    expect(await waiting).toMatchObject({
      id,
      from: { phone: owner.phone, lid: owner.lid },
      type: 'text',
      copies: 1,
      seq: 1,
    });
    expect(await api.messages(friend.phone, { from: owner.phone })).toMatchObject({ messages: [{ id }], next: 1 });
    expect(await api.messages(friend.phone, { after: 1 })).toEqual({ messages: [], next: 1 });
    expect(await api.messages(owner.phone, { direction: 'own' })).toMatchObject({ messages: [{ id, fromMe: true }] });
    expect(await api.read(friend.phone)).toBe(1);
    await client.status(id, 4);

    const sent = await api.send(friend.phone, { to: owner.phone, text: 'hi', addressing: 'lid', id: 'ABCDEF0123' });
    expect(sent.id).toBe('ABCDEF0123');
    await client.received('hi');
    expect((await api.sent(friend.phone)).messages).toHaveLength(1);
    expect((await api.sentMessage(friend.phone, sent.id)).text).toBe('hi');
    expect((await api.sockets(owner.phone))[0]).toMatchObject({ device: 1, open: 1, maxOpen: 1 });
    expect((await api.socketEvents(owner.phone)).map(({ kind }) => kind)).toEqual(['open']);
    expect((await api.trace({ phone: owner.phone })).some(({ text }) => text.includes(id))).toBe(true);

    expect(await api.resetSockets(owner.phone)).toBe(1);
    expect(await client.closeCode(2)).toBe(428);
    await api.removeCompanion(owner.phone, 1);
    expect(await api.companions(owner.phone)).toEqual([]);
  });

  it('keeps fault rules until they are removed', async () => {
    const api = control();
    const rule = await api.addFault({
      direction: 'in',
      match: { tag: 'message' },
      action: { do: 'error', code: 463 },
      times: 2,
    });
    expect(await api.faults()).toMatchObject([{ id: rule.id, applied: 0, times: 2 }]);
    await api.removeFault(rule.id);
    await expect(api.removeFault(rule.id)).rejects.toMatchObject({ status: 404, code: 'fault_not_found' });
    await api.clearFaults();
    expect(await api.faults()).toEqual([]);
  });

  it('has the three labelled contacts of a seeded network', async () => {
    for (const contact of SEED_CONTACTS) expect(await control().phone(contact.phone)).toMatchObject(contact);
  });

  it.each([
    ['POST', '/phones', { phone: '12' }, 422, 'validation_failed', '/phone'],
    ['POST', '/phones', { colour: 'blue' }, 422, 'validation_failed', '/'],
    ['POST', '/phones/bulk', { count: 0 }, 422, 'validation_failed', '/count'],
    ['POST', '/phones', { phone: SEED_CONTACTS[0].phone }, 409, 'phone_exists', undefined],
    ['GET', '/phones/6281999999999', undefined, 404, 'phone_not_found', undefined],
    [
      'POST',
      `/phones/${SEED_CONTACTS[0].phone}/messages`,
      { to: '6281999999999', text: 'x' },
      404,
      'recipient_not_found',
      undefined,
    ],
    [
      'POST',
      `/phones/${SEED_CONTACTS[0].phone}/messages`,
      { to: '6281999999999', text: '' },
      422,
      'validation_failed',
      '/text',
    ],
    ['POST', `/phones/${SEED_CONTACTS[0].phone}/scan`, { qr: 'x' }, 422, 'qr_malformed', undefined],
    ['GET', `/phones/${SEED_CONTACTS[0].phone}/messages?waitMs=999999`, undefined, 422, 'validation_failed', '/waitMs'],
    ['POST', '/faults', { direction: 'in', action: { do: 'explode' } }, 422, 'validation_failed', '/action/do'],
    ['GET', '/nowhere', undefined, 404, 'route_not_found', undefined],
  ])('%s %s %j is refused with %i %s', async (method, path, body, status, code, pointer) => {
    const response = await fetch(`${world.network.controlUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = (await response.json()) as { code: string; status: number; errors?: { pointer: string }[] };
    expect([response.status, problem.code, problem.errors?.[0]?.pointer]).toEqual([status, code, pointer]);
  });

  it('refuses malformed JSON', async () => {
    const response = await fetch(`${world.network.controlUrl}/phones`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"phone":',
    });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([422, 'validation_failed']);
  });
});
