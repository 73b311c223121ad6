import type { JetStreamManager, NatsConnection } from 'nats';
import { z } from 'zod';
import { decode, encode } from './codec.js';
import { apiErrorCode, CONSUMER_NOT_FOUND } from './provision.js';

/** JetStream's number for a second consumer of the same subjects on a work queue. */
export const NOT_UNIQUE_ON_WORK_QUEUE = 10_100;

const NAMES_TIMEOUT_MS = 5_000;

const namesSchema = z.object({
  total: z.number().int(),
  consumers: z.array(z.string()).nullish(),
});

/** Names only: the client's own listing fetches the state of each, which is slow with a thousand of them. */
export async function consumerNames(connection: NatsConnection, stream: string): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const answer = await connection.request(`$JS.API.CONSUMER.NAMES.${stream}`, encode({ offset: names.length }), {
      timeout: NAMES_TIMEOUT_MS,
    });
    const page = namesSchema.parse(decode(answer.data));
    const found = page.consumers ?? [];
    names.push(...found);
    if (found.length === 0 || names.length >= page.total) return names;
  }
}

/** Deletes a consumer, if it is there. */
export async function deleteConsumer(manager: JetStreamManager, stream: string, name: string): Promise<void> {
  try {
    await manager.consumers.delete(stream, name);
  } catch (error) {
    if (apiErrorCode(error) !== CONSUMER_NOT_FOUND) throw error;
  }
}
