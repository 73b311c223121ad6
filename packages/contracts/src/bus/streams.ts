import { commandShardCount, shardName } from './subjects.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export interface StreamSpec {
  name: string;
  subjects: string[];
  /** work-queue: gone once acked; limits: kept for maxAgeMs. */
  retention: 'work-queue' | 'limits';
  /** 0 keeps without limit of time. */
  maxAgeMs: number;
  /** How long a repeated dedupe key is dropped. */
  dedupeWindowMs: number;
  description: string;
}

const commandStreams: StreamSpec[] = Array.from({ length: commandShardCount }, (_, shard) => ({
  name: `COMMANDS_${shardName(shard)}`,
  subjects: [`cmd.${shardName(shard)}.>`],
  retention: 'work-queue',
  maxAgeMs: 0,
  dedupeWindowMs: 2 * minuteMs,
  description: 'Please do this: one durable consumer per profile, pulled by the owner of its lease.',
}));

export const eventsStream: StreamSpec = {
  name: 'EVENTS',
  subjects: ['event.>'],
  retention: 'limits',
  maxAgeMs: 7 * 24 * hourMs,
  dedupeWindowMs: 2 * minuteMs,
  description: 'Recorded; customers may know. Its sequence is the cursor behind the opaque one.',
};

export const factsStream: StreamSpec = {
  name: 'FACTS',
  subjects: ['fact.>'],
  retention: 'work-queue',
  maxAgeMs: 0,
  dedupeWindowMs: 2 * minuteMs,
  description: 'WhatsApp said this.',
};

export const streams: readonly StreamSpec[] = [...commandStreams, factsStream, eventsStream];

export interface ConsumerSpec {
  durable: string;
  stream: string;
  filter: string;
  /** Redelivered when not acked or kept alive within; packages/bus keeps alive what a handler works on, so it is how long a crash delays. */
  ackWaitMs: number;
  maxAckPending: number;
  /**
   * One replica consumes at a time, under a consumer of its own named `<durable>_…`: whoever takes over makes it anew, so
   * that everything unacked comes again at once and in order (decision 0028). The others share `durable` itself.
   */
  exclusive?: boolean;
  description: string;
}

/** Durable consumers that exist once for the whole product. */
export const consumers = {
  events: {
    durable: 'events',
    stream: factsStream.name,
    filter: 'fact.>',
    ackWaitMs: 10_000,
    maxAckPending: 2_000,
    exclusive: true,
    description: 'apps/events turns facts into rows and events.',
  },
  webhooks: {
    durable: 'webhooks',
    stream: eventsStream.name,
    filter: 'event.>',
    ackWaitMs: 10_000,
    maxAckPending: 1_000,
    exclusive: true,
    description: 'apps/events makes webhook deliveries of events.',
  },
  automation: {
    durable: 'automation',
    stream: eventsStream.name,
    filter: 'event.*.*.message.received',
    ackWaitMs: 10_000,
    maxAckPending: 1_000,
    description: 'apps/automation starts and continues flows.',
  },
  broadcasts: {
    durable: 'broadcasts',
    stream: eventsStream.name,
    filter: 'event.*.*.message.*',
    ackWaitMs: 10_000,
    maxAckPending: 1_000,
    description: 'apps/scheduler counts what became of a broadcast’s messages.',
  },
} as const satisfies Record<string, ConsumerSpec>;

/**
 * The consumer of one profile's commands. Its name carries the generation and the attempt of the owner's connection;
 * the old one is deleted before the new one is made, so that everything unacked comes again, at once and in order.
 */
export const profileConsumer = {
  name: (profileId: string, generation: number, connection: number) => `${profileId}_${generation}_${connection}`,
  namePrefix: (profileId: string) => `${profileId}_`,
  ackWaitMs: 60_000,
  maxAckPending: 256,
  /** A consumer that nobody pulls from is removed by the server after this. */
  inactiveThresholdMs: 10 * minuteMs,
} as const;
