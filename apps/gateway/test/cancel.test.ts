import { beginSends } from '@multiwa/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

async function queued() {
  const profileId = await gateway.newProfile();
  const { json } = await gateway.send(profileId, 'Hi');
  const id = String(json.id);
  const path = `/profiles/${profileId}/messages/${id}`;
  return {
    id,
    profileId,
    cancel: () => gateway.call('POST', `${path}/cancel`),
    remove: () => gateway.call('DELETE', path),
    begin: async () =>
      (
        await beginSends(gateway.database.pool, [{ messageId: id, acceptedAt: null, to: { phones: [], lid: null } }])
      ).get(id)?.verdict,
  };
}
const cancellations = (profileId: string) =>
  gateway.database.prisma.event.findMany({ where: { profileId, type: 'message.cancelled' } });

test('a queued message whose send has not begun is cancelled, told once, and never begun', async () => {
  const { id, profileId, cancel, remove, begin } = await queued();
  expect(await cancel()).toMatchObject({ status: 200, json: { id, status: 'CANCELLED' } });
  expect(await remove()).toMatchObject({ status: 200, json: { status: 'CANCELLED' } });
  expect(await cancellations(profileId)).toMatchObject([{ data: { messageId: id } }]);
  expect(await begin()).toBe('taken_back');
});

test('once its send has begun it may be at the phone, and is not cancelled', async () => {
  const { profileId, cancel, begin } = await queued();
  expect(await begin()).toBe('begun');
  expect(await cancel()).toMatchObject({ status: 409, json: { code: 'message_not_cancellable' } });
  expect(await cancellations(profileId)).toEqual([]);
});

test('of a cancellation and a send at the same moment exactly one happens', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { cancel, begin } = await queued();
    const [cancelled, first] = await Promise.all([cancel(), begin()]);
    // A row that was held at that moment is asked for again, as the engine does.
    const begun = (first === 'busy' ? await begin() : first) === 'begun';
    expect([cancelled.status, begun]).toEqual(cancelled.status === 200 ? [200, false] : [409, true]);
  }
});

test.each(['SENT', 'DELIVERED', 'FAILED'] as const)('a message that is %s cannot be cancelled', async (status) => {
  const { id, cancel } = await queued();
  await gateway.database.prisma.message.update({ where: { id }, data: { status } });
  const answer = await cancel();
  expect(answer).toMatchObject({ status: 409, json: { code: 'message_not_cancellable' } });
  expect(answer.json.detail).toContain(status);
});
