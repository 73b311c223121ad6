import { type ConsumerSpec, streams } from '@multiwa/contracts';
import { DeliverPolicy, type JetStreamManager, type NatsConnection } from 'nats';
import { consumerNames, deleteConsumer, NOT_UNIQUE_ON_WORK_QUEUE } from './consumer-names.js';
import { apiErrorCode, CONSUMER_NOT_FOUND, consumerConfig } from './provision.js';

const ATTEMPTS = 5;

interface Dependencies {
  connection: NatsConnection;
  manager: JetStreamManager;
}

/**
 * Makes the consumer `name` in place of every earlier owner's, so that all that those left unacked comes again, at once
 * and in the order of the stream. What an earlier owner still holds and handles, it handles in that same order.
 */
export async function takeOver(dependencies: Dependencies, spec: ConsumerSpec, name: string): Promise<void> {
  const isQueue = streams.some((stream) => stream.name === spec.stream && stream.retention === 'work-queue');
  await (isQueue ? replaceOnQueue : replaceOnLog)(dependencies, spec, name);
}

/** A work queue refuses a second consumer, and keeps what is unacked when there is none. */
async function replaceOnQueue({ connection, manager }: Dependencies, spec: ConsumerSpec, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    for (const earlier of await earlierNames(connection, spec)) await deleteConsumer(manager, spec.stream, earlier);
    try {
      await manager.consumers.add(spec.stream, { ...consumerConfig(spec), durable_name: name });
      return;
    } catch (error) {
      if (apiErrorCode(error) !== NOT_UNIQUE_ON_WORK_QUEUE || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Elsewhere only the consumer knows how far it came: the new one is there, behind that, before the old one goes. */
async function replaceOnLog({ connection, manager }: Dependencies, spec: ConsumerSpec, name: string): Promise<void> {
  const earlier = await earlierNames(connection, spec);
  const floors = await Promise.all(earlier.map((one) => ackFloor(manager, spec.stream, one)));
  const start =
    floors.length === 0 ? {} : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(...floors) + 1 };
  await manager.consumers.add(spec.stream, { ...consumerConfig(spec), durable_name: name, ...start });
  for (const one of earlier) await deleteConsumer(manager, spec.stream, one);
}

async function earlierNames(connection: NatsConnection, { stream, durable }: ConsumerSpec): Promise<string[]> {
  const names = await consumerNames(connection, stream);
  return names.filter((name) => name === durable || name.startsWith(`${durable}_`));
}

async function ackFloor(manager: JetStreamManager, stream: string, name: string): Promise<number> {
  try {
    return (await manager.consumers.info(stream, name)).ack_floor.stream_seq;
  } catch (error) {
    if (apiErrorCode(error) === CONSUMER_NOT_FOUND) return 0;
    throw error;
  }
}
