import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
let profileId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  profileId = await gateway.newProfile();
});
afterAll(() => gateway.stop());

test('what the engine can do stands in one table, with what to use instead of what it cannot', async () => {
  const { json } = await gateway.call('GET', `/profiles/${profileId}/capabilities`);
  expect(json).toMatchObject({
    engine: 'BAILEYS',
    capabilities: expect.arrayContaining([
      expect.objectContaining({ name: 'send.POLL', supported: true, hint: null }),
      expect.objectContaining({ name: 'send.BUTTONS', supported: false, hint: expect.stringContaining('poll') }),
    ]),
  });
});

test('settings change one by one, and the rest of a profile stays', async () => {
  const patch = (body: object) => gateway.call('PATCH', `/profiles/${profileId}`, { body });
  expect((await patch({ settings: { keepMessageHistory: true } })).json).toMatchObject({
    name: 'Shop',
    settings: { keepMessageHistory: true },
  });
  expect((await patch({ settings: {} })).json).toMatchObject({ settings: { keepMessageHistory: true } });
  expect((await patch({ settings: { keepEverything: true } })).json.code).toBe('validation_failed');
  expect((await patch({ settings: { historySync: { days: 7 } } })).json).toMatchObject({
    settings: { keepMessageHistory: true, historySync: { mode: 'RECENT', days: 7, messagesPerChat: null } },
  });
  expect((await patch({ settings: { historySync: { mode: 'NONE' } } })).json).toMatchObject({
    settings: { historySync: { mode: 'NONE', days: 7 } },
  });
  expect((await patch({ settings: { historySync: { days: 0 } } })).json).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer: '#/settings/historySync/days' }],
  });
});

test('how far the import of the history is can be asked from before it begins to its end', async () => {
  const history = async () => (await gateway.call('GET', `/profiles/${profileId}/history`)).json;
  expect(await history()).toMatchObject({ state: 'NOT_STARTED', progress: 0, messages: 0, startedAt: null });
  const at = new Date('2026-11-23T05:00:00Z');
  const row = {
    link: '1:1',
    mode: 'FULL',
    state: 'COMPLETE',
    phase: 'FULL',
    progress: 100,
    messages: 12,
    completedAt: at,
  };
  await gateway.database.prisma.historySync.create({ data: { profileId, ...row } });
  expect(await history()).toMatchObject({
    state: 'COMPLETE',
    mode: 'FULL',
    progress: 100,
    messages: 12,
    completedAt: at.toISOString(),
  });
  expect((await gateway.call('GET', `/profiles/${newId()}/history`)).json.code).toBe('profile_not_found');
});
