import { timing } from '@multiwa/contracts';
import { type Database, eventsToReplay, moveReplay, repeatDeliveries, takeReplay } from '@multiwa/db';
import { webhookFilterTakes } from '@multiwa/domain';
import { envelopeOf } from '../outbox/envelope-of.js';
import { deliveryOf } from './delivery-of.js';

const { replayBatch } = timing.webhooks;

/**
 * Makes the next deliveries of an endpoint that wants events again, and notes in the same transaction how far it came.
 * What it had before comes with the same id and body. @returns the endpoint, undefined when none waits
 */
export function replaySome(database: Pick<Database, 'transaction'>): Promise<string | undefined> {
  return database.transaction(async (tx) => {
    const replay = await takeReplay(tx);
    if (!replay) return undefined;
    const events = await eventsToReplay(tx, replay, replayBatch);
    const wanted = events
      .map((event) => ({ envelope: envelopeOf(event), traceparent: event.traceparent }))
      // A test was for one moment.
      .filter(({ envelope }) => envelope.type !== 'webhook.test' && webhookFilterTakes(replay, envelope));
    await repeatDeliveries(
      tx,
      wanted.map(({ envelope, traceparent }) => deliveryOf(replay, envelope, traceparent)),
    );
    await moveReplay(tx, replay.id, events.length < replayBatch ? null : (events.at(-1)?.position ?? null));
    return replay.id;
  });
}
