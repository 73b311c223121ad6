import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import {
  EventLog,
  type LinkedProfile,
  linkProfile,
  untilConnected,
  waitFor,
} from '../../packages/testkit/dist/index.js';
import { type Campaign, startCampaign } from './support/campaign.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const RECIPIENTS = 60;
const UNDERWAY = 15;
const LOOK_EVERY_MS = 20;
/** The promise: pausing takes effect within this. */
const PAUSE_LIMIT_MS = 2_000;
/** In which nothing may arrive: about 40 messages would, at the broadcast's pace. */
const QUIET_MS = 2_000;

const product = useProduct({
  durable: false,
  services: ['sandbox', 'events', 'scheduler', 'engine-sandbox', 'gateway'],
});
let linked: LinkedProfile;

beforeAll(async () => {
  linked = await linkProfile(product(), 'Pausing');
});

async function startedCampaign(): Promise<Campaign> {
  const campaign = await startCampaign(product().client, product(), linked, RECIPIENTS);
  await waitFor(async () => (await campaign.arrived()) >= UNDERWAY, {
    what: `${UNDERWAY} messages to arrive`,
    everyMs: LOOK_EVERY_MS,
  });
  return campaign;
}

/** That nothing happens can only be seen by letting time pass. */
async function expectNothingMore(campaign: Campaign, arrived: number): Promise<void> {
  await sleep(QUIET_MS);
  expect(await campaign.arrived()).toBe(arrived);
  expect(arrived).toBeLessThan(RECIPIENTS);
}

test('two seconds after a pause nothing is sent any more; resumed, the broadcast reaches everyone once', async () => {
  showLogsOnFailure(product());
  const { client } = product();
  const campaign = await startedCampaign();
  expect(await client.broadcasts.pause(campaign.broadcastId)).toMatchObject({ status: 'PAUSED' });
  await sleep(PAUSE_LIMIT_MS);
  await expectNothingMore(campaign, await campaign.arrived());
  await client.broadcasts.resume(campaign.broadcastId);
  await campaign.expectOnceEach();
  expect(await campaign.copies()).toBe(RECIPIENTS);
});

/** Lets a broadcast run into the absence of its profile's session: then commands wait in the stream. */
async function campaignThatWaits(log: EventLog): Promise<Campaign> {
  const { client } = product();
  const { id } = linked.profile;
  const campaign = await startedCampaign();
  await client.profiles.disconnect(id);
  await log.waitFor('profile.status', ({ data }) => data.status === 'DISCONNECTED');
  await waitFor(async () => (await client.messages.list(id, { status: 'QUEUED' })).items.length > 0, {
    what: 'messages to wait for the session',
  });
  await client.broadcasts.pause(campaign.broadcastId);
  return campaign;
}

async function reconnect(): Promise<void> {
  await product().client.profiles.connect(linked.profile.id);
  await untilConnected(product().client, linked.profile.id);
}

test('what a pause took back does not leave when the profile comes back, and leaves once when it is resumed', async () => {
  showLogsOnFailure(product());
  const { client } = product();
  const log = await EventLog.open(client, { profileId: linked.profile.id });
  const campaign = await campaignThatWaits(log);
  const arrived = await campaign.arrived();
  await reconnect();
  await expectNothingMore(campaign, arrived);
  await client.broadcasts.resume(campaign.broadcastId);
  await campaign.expectOnceEach();
  expect(await campaign.copies()).toBe(RECIPIENTS);
  await log.close();
});

test('paused and resumed while the profile is away, each message has two commands and leaves once', async () => {
  showLogsOnFailure(product());
  const { client } = product();
  const log = await EventLog.open(client, { profileId: linked.profile.id });
  const campaign = await campaignThatWaits(log);
  const paused = await client.messages.list(linked.profile.id, { status: 'SCHEDULED' });
  await client.broadcasts.resume(campaign.broadcastId);
  await waitFor(
    async () => {
      const ids = new Set(paused.items.map(({ id }) => id));
      const { items } = await client.messages.list(linked.profile.id, { status: 'QUEUED' });
      return items.filter(({ id, commandedAt }) => ids.has(id) && commandedAt !== null).length === ids.size;
    },
    { what: 'the messages to be commanded again' },
  );
  await reconnect();
  await campaign.expectOnceEach();
  expect(await campaign.copies()).toBe(RECIPIENTS);
  await log.close();
});
