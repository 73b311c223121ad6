import { MultiwaError } from '@multiwa/sdk';
import type { EventLog } from '../event-log.js';
import { waitFor } from '../wait-for.js';
import { startWebhookReceiver } from '../webhook-receiver.js';
import type { Conversation } from './conversation.js';
import { step } from './step.js';
import type { Target } from './target.js';
import { note, type SummaryRow, title } from './terminal.js';

/** Webhooks that are being received. */
export interface Webhooks {
  /** Waits for what is still to come, and tells what came. */
  finish(): Promise<SummaryRow>;
  stop(): Promise<void>;
}

const SETTLE_TIMEOUT_MS = 30_000;

/** A receiver in this process, on the loopback interface, that gets every event of the profile from now on. */
export async function receiveWebhooks({ client }: Target, log: EventLog, { profile }: Conversation): Promise<Webhooks> {
  title('A webhook receiver');
  const receiver = await startWebhookReceiver();
  const { url, secret } = receiver;
  const made = await client.webhooks.create({ url, secret, profileId: profile.id }).catch(async (error: unknown) => {
    await receiver.stop();
    if (error instanceof MultiwaError && error.code === 'url_not_allowed') return undefined;
    throw error;
  });
  if (!made) {
    note('Skipped: this gateway refuses webhooks to private addresses, and the receiver is on the loopback interface.');
    note(
      'Its operator may allow them with MULTIWA_ALLOW_PRIVATE_URLS=true; alone, the demo starts a gateway that does.',
    );
    const row = { part: 'Webhooks', result: 'skipped: private addresses are refused', ms: 0, isSkipped: true };
    return { finish: async () => row, stop: async () => undefined };
  }
  await step(`a test delivery to ${url}, its signature verified`, async () => {
    const { eventId } = await client.webhooks.test(made.id);
    await waitFor(() => receiver.received.some(({ id }) => id === eventId), { what: 'the test delivery' });
  });
  const { sequence } = await log.waitFor('webhook.test', ({ data }) => data.endpointId === made.id);

  return {
    async finish() {
      title('What the webhook receiver got');
      const startedAt = performance.now();
      const delivered = () => new Set(receiver.received.map(({ id }) => id));
      const expected = () =>
        log.seen.filter((event) => event.profileId === profile.id && event.sequence > sequence).map(({ id }) => id);
      await step('every event of the stream was delivered, every signature is right', async () => {
        await waitFor(() => expected().every((id) => delivered().has(id)), {
          what: 'the last deliveries',
          timeoutMs: SETTLE_TIMEOUT_MS,
        });
        if (receiver.refused.length > 0) throw new Error(receiver.refused.join('; '));
      });
      await client.webhooks.delete(made.id);
      const byType = new Map<string, number>();
      for (const { event } of receiver.received) byType.set(event.type, (byType.get(event.type) ?? 0) + 1);
      for (const [type, count] of [...byType].sort()) note(`${type.padEnd(24)}${String(count).padStart(4)}`);
      const result = `${delivered().size} events delivered, every signature verified`;
      return { part: 'Webhooks', result, ms: performance.now() - startedAt };
    },
    stop: () => receiver.stop(),
  };
}
