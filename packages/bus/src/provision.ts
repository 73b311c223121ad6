import { type ConsumerSpec, consumers, type StreamSpec, streams } from '@multiwa/contracts';
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  type JetStreamManager,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from 'nats';
import type { BusLogger } from './types.js';

const STREAM_NOT_FOUND = 10_059;
export const CONSUMER_NOT_FOUND = 10_014;

/** Whether JetStream said that the stream does not exist. */
export function isStreamMissing(error: unknown): boolean {
  return apiErrorCode(error) === STREAM_NOT_FOUND || (error instanceof Error && error.message === 'stream not found');
}

/** JetStream's own number for an error (server/errors.json), undefined for other errors. */
export function apiErrorCode(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}

/** Makes every stream and shared consumer of the catalog that is missing, and brings the others up to date. */
export async function provision(manager: JetStreamManager, logger: BusLogger): Promise<void> {
  await Promise.all(streams.map((spec) => ensureStream(manager, spec, logger)));
  const shared = Object.values<ConsumerSpec>(consumers).filter(({ exclusive }) => !exclusive);
  await Promise.all(shared.map((spec) => ensureConsumer(manager, spec, logger)));
}

async function ensureStream(manager: JetStreamManager, spec: StreamSpec, logger: BusLogger): Promise<void> {
  const wanted = streamConfig(spec);
  const present = await manager.streams.info(spec.name).catch((error: unknown) => {
    if (isStreamMissing(error)) return undefined;
    throw error;
  });
  if (!present) {
    await manager.streams.add(wanted);
    return;
  }
  const changed = differences(present.config, wanted);
  if (changed.length === 0) return;
  await manager.streams.update(spec.name, { ...present.config, ...wanted });
  logger.info({ stream: spec.name, changed }, 'Stream brought up to date with the catalog');
}

/** Makes the consumer when it is missing, and updates it when the catalog has changed. */
export async function ensureConsumer(manager: JetStreamManager, spec: ConsumerSpec, logger: BusLogger): Promise<void> {
  const wanted = consumerConfig(spec);
  const present = await manager.consumers.info(spec.stream, spec.durable).catch((error: unknown) => {
    if (apiErrorCode(error) === CONSUMER_NOT_FOUND) return undefined;
    throw error;
  });
  if (!present) {
    await manager.consumers.add(spec.stream, wanted);
    return;
  }
  const changed = differences(present.config, wanted);
  if (changed.length === 0) return;
  await manager.consumers.update(spec.stream, spec.durable, wanted);
  logger.info({ stream: spec.stream, consumer: spec.durable, changed }, 'Consumer brought up to date with the catalog');
}

function streamConfig(spec: StreamSpec): Partial<StreamConfig> & { name: string } {
  return {
    name: spec.name,
    subjects: spec.subjects,
    retention: spec.retention === 'work-queue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    storage: StorageType.File,
    max_age: nanos(spec.maxAgeMs),
    duplicate_window: nanos(spec.dedupeWindowMs),
    description: spec.description,
  };
}

/** A consumer as the catalog describes it. */
export function consumerConfig(spec: ConsumerSpec): Partial<ConsumerConfig> {
  return {
    durable_name: spec.durable,
    filter_subject: spec.filter,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(spec.ackWaitMs),
    max_ack_pending: spec.maxAckPending,
    max_deliver: -1,
    description: spec.description,
  };
}

/** Names of the wanted settings that are not the present ones. A server leaves out what is zero. */
function differences(present: object, wanted: object): string[] {
  const now = new Map<string, unknown>(Object.entries(present));
  return Object.entries(wanted)
    .filter(([name, value]) => JSON.stringify(now.get(name) ?? 0) !== JSON.stringify(value ?? 0))
    .map(([name]) => name);
}
