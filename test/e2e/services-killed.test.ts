import { beforeAll, expect, test } from 'vitest';
import { createClient } from '../../packages/sdk/dist/index.js';
import { EventLog, type LinkedProfile, linkProfile } from '../../packages/testkit/dist/index.js';
import { startCampaign } from './support/campaign.js';
import { drinks, expectWalkedOnce, startWalks } from './support/flow-walks.js';
import { killInTurn } from './support/kill-in-turn.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';
import { expectDelivered, openEndpoint } from './support/webhook-endpoint.js';

const RECIPIENTS = 200;
const CONTACTS = 50;
const DELIVERIES = 500;
const TEST_TIMEOUT_MS = 180_000;
/** A client repeats its calls for this long while the gateway is being started again. */
const RETRY_FOR_MS = 60_000;

const product = useProduct({ env: { MULTIWA_ALLOW_PRIVATE_URLS: 'true' } });
let linked: LinkedProfile;
const patient = () => createClient({ url: product().url, apiKey: product().apiKey, retryForMs: RETRY_FOR_MS });

beforeAll(async () => {
  linked = await linkProfile(product(), 'Survivor');
});

test(
  `kill -9 of each service amid a broadcast to ${RECIPIENTS} and the webhooks that tell of it: everyone gets it once, every event is delivered`,
  async () => {
    showLogsOnFailure(product());
    const client = patient();
    // Before the log: whatever the log sees is then delivered too.
    const endpoint = await openEndpoint(client, linked.profile.id);
    const log = await EventLog.open(client, { profileId: linked.profile.id });
    const campaign = await startCampaign(client, product(), linked, RECIPIENTS);
    await killInTurn(
      product(),
      [
        ['scheduler', 20],
        ['automation', 50],
        ['events', 80],
        ['engine-sandbox', 115],
        ['gateway', 155],
      ],
      campaign.arrived,
      RECIPIENTS,
    );
    await campaign.expectOnceEach();
    // The kills fell among the deliveries too: these keep up with the broadcast, and those of the reading follow.
    await expectDelivered(client, endpoint, log, DELIVERIES);
    await log.close();
  },
  TEST_TIMEOUT_MS,
);

test(
  `kill -9 of each service while ${CONTACTS} contacts walk a flow with a question and a delay: each step is taken once`,
  async () => {
    showLogsOnFailure(product());
    const client = patient();
    const log = await EventLog.open(client, { profileId: linked.profile.id });
    const walks = await startWalks(client, product(), linked, CONTACTS);
    await killInTurn(
      product(),
      [
        ['automation', 5],
        ['events', 12],
        ['scheduler', 18],
        ['engine-sandbox', 25],
        ['gateway', 32],
      ],
      () => walks.ended,
      CONTACTS,
    );
    await walks.done;
    await expectWalkedOnce(client, product(), linked, log, walks);
    expect(new Set(walks.contacts.map(({ drink }) => drink))).toEqual(new Set(drinks));
    await log.close();
  },
  TEST_TIMEOUT_MS,
);
