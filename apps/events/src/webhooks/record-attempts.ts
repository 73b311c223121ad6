import { eventOf, timing, type WebhookDisabledReason, webhookDisabledReasons } from '@multiwa/contracts';
import {
  appendEvents,
  type ClaimedDelivery,
  type Database,
  disableEndpoint,
  type FinishedAttempt,
  finishAttempts,
  noteFailure,
  noteSuccess,
} from '@multiwa/db';
import { newId, type WebhookVerdict } from '@multiwa/domain';
import { makeBatcher } from '@multiwa/runtime';

/** An attempt that has ended, and what follows from it. */
export interface EndedAttempt extends Omit<FinishedAttempt, 'deliveryId'> {
  delivery: ClaimedDelivery;
  verdict: WebhookVerdict;
}

/** Makes it durable. @returns whether its endpoint is disabled because of it */
export type RecordAttempt = (attempt: EndedAttempt) => Promise<boolean>;

export interface RecordDeps {
  database: Pick<Database, 'transaction'>;
  /** This replica, as it claims. */
  claimedBy: string;
  /** The outbox has something new. */
  onEvent(): void;
}

const MAX_BATCH = 100;

/** Records what ends at the same time in one transaction, of whichever endpoint: a commit for each would be most of the work. */
export function makeRecordAttempts({ database, claimedBy, onEvent }: RecordDeps): RecordAttempt {
  const record = (attempts: readonly EndedAttempt[]) =>
    database.transaction(async (tx) => {
      await finishAttempts(tx, claimedBy, attempts.map(finished));
      const disabledBy = new Set<string>();
      for (const attempt of byEndpoint(attempts)) {
        const { delivery, verdict, startedAt } = attempt;
        const reason = await noteVerdict(tx, delivery, verdict, startedAt);
        if (reason === null || !(await disableEndpoint(tx, delivery.endpointId, reason))) continue;
        await appendEvents(tx, [disabledEvent(delivery, reason)]);
        disabledBy.add(delivery.id);
      }
      return disabledBy;
    });

  const batcher = makeBatcher<EndedAttempt, PromiseSettledResult<boolean>>({
    maxBatch: MAX_BATCH,
    async run(batch) {
      const together = await settled(record(batch));
      if (together.status === 'fulfilled' || batch.length === 1) return batch.map((one) => resultOf(together, one));
      // One that cannot be recorded is no reason to repeat the others.
      const results: PromiseSettledResult<boolean>[] = [];
      for (const one of batch) results.push(resultOf(await settled(record([one])), one));
      return results;
    },
  });

  return async (attempt) => {
    const result = await batcher.add(attempt);
    if (result.status === 'rejected') throw result.reason;
    if (result.value) onEvent();
    return result.value;
  };
}

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];
type Recorded = PromiseSettledResult<ReadonlySet<string>>;

async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}

function resultOf(recorded: Recorded, { delivery }: EndedAttempt): PromiseSettledResult<boolean> {
  return recorded.status === 'rejected' ? recorded : { status: 'fulfilled', value: recorded.value.has(delivery.id) };
}

function finished({ delivery, verdict: _, ...attempt }: EndedAttempt): FinishedAttempt {
  return { deliveryId: delivery.id, ...attempt };
}

/** In an order that all replicas have, so that none waits for the other; what is of one endpoint keeps its own. */
function byEndpoint(attempts: readonly EndedAttempt[]): EndedAttempt[] {
  const id = ({ delivery }: EndedAttempt) => delivery.endpointId;
  return [...attempts].sort((a, b) => (id(a) < id(b) ? -1 : Number(id(a) > id(b))));
}

/** Notes on the endpoint how it does, as far as that changes. @returns why it is to be disabled; null when it is not */
async function noteVerdict(
  tx: Transaction,
  { endpointId, failingSince }: ClaimedDelivery,
  verdict: WebhookVerdict,
  at: Date,
): Promise<WebhookDisabledReason | null> {
  if (verdict === 'gone') return 'gone';
  if (verdict === 'failed') {
    return (await noteFailure(tx, endpointId, at, timing.webhooks.disableAfterMs)) ? 'failing' : null;
  }
  if (failingSince !== null) await noteSuccess(tx, endpointId);
  return null;
}

function disabledEvent(delivery: ClaimedDelivery, reason: WebhookDisabledReason) {
  const { workspaceId, profileId, endpointId, failingSince } = delivery;
  const sentence = webhookDisabledReasons[reason];
  const data = { endpointId, reason, sentence, failingSince: failingSince?.toISOString() ?? null };
  return eventOf('webhook.disabled', { id: newId(), workspaceId, profileId, data });
}
