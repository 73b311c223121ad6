import { beforeAll, expect, test } from 'vitest';
import { EventLog, type LinkedProfile, linkProfile, untilConnected } from '../../packages/testkit/dist/index.js';
import { startTraffic } from './support/two-way-traffic.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const COUNT = 200;
const product = useProduct();
let linked: LinkedProfile;

beforeAll(async () => {
  linked = await linkProfile(product(), 'Survivor');
});

test.each(['gateway', 'events', 'scheduler', 'engine-sandbox'] as const)(
  'kill -9 of %s amid 200 messages each way loses none and doubles none',
  async (name) => {
    showLogsOnFailure(product());
    const traffic = await startTraffic(product(), linked, COUNT, name);
    await traffic.untilUnderway(COUNT / 4);
    await product().services.kill(name);
    // Without the gateway nothing more is accepted; the others are missed for longer.
    if (name !== 'gateway') await traffic.untilUnderway(COUNT / 2);
    await product().services.start(name);
    // A killed engine may have sent what it had not yet noted. Its successor sends that again under the same WhatsApp id,
    // which the network carries twice and a phone shows once, in its first place: it cannot ask WhatsApp what has arrived.
    await traffic.expectExactlyOnce({ inOneCopy: name !== 'engine-sandbox' });
  },
  120_000,
);

test('a restart of everything, servers and network too, keeps the link: no new QR, and messages go on', async () => {
  showLogsOnFailure(product());
  const { client, sandbox } = product();
  const [before] = await sandbox.companions(linked.phone.phone);
  const cursorBefore = await EventLog.open(client, { profileId: linked.profile.id });
  const traffic = await startTraffic(product(), linked, 4, 'before');
  await traffic.expectExactlyOnce();
  const last = cursorBefore.seen.at(-1);
  await cursorBefore.close();
  await product().restart();
  await untilConnected(client, linked.profile.id);
  const after = await startTraffic(product(), linked, 20, 'after');
  await after.expectExactlyOnce();
  const companions = await sandbox.companions(linked.phone.phone);
  expect(companions.map(({ device, linkedAt }) => ({ device, linkedAt }))).toEqual([
    { device: before?.device, linkedAt: before?.linkedAt },
  ]);
  const since = await EventLog.open(client, { profileId: linked.profile.id, after: last?.cursor });
  await since.waitFor('profile.status', ({ data }) => data.status === 'CONNECTED');
  expect(since.of('profile.qr')).toEqual([]);
  await since.close();
}, 120_000);
