import {
  type AskVerb,
  type asks,
  type ChatCommand,
  CodedError,
  type ConsumerSpec,
  type commands,
  type EventEnvelope,
  type FactKind,
  type facts,
  type Network,
  type SendCommand,
  type SubscriberAccess,
  type WorkerAskVerb,
  type workerAsks,
} from '@multiwa/contracts';
import type { z } from 'zod';

/** What is told of each outcome; pino's shape. */
export interface BusLogger {
  debug(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

export type CommandVerb = keyof typeof commands;
export type CommandPayload<V extends CommandVerb> = z.input<(typeof commands)[V]['schema']>;
export type FactPayload<K extends FactKind> = z.input<(typeof facts)[K]['schema']>;
export type Fact<K extends FactKind> = z.output<(typeof facts)[K]['schema']>;
export type AskRequest<V extends AskVerb> = z.infer<(typeof asks)[V]['request']>;
export type AskResponse<V extends AskVerb> = z.infer<(typeof asks)[V]['response']>;
export type WorkerAskRequest<V extends WorkerAskVerb> = z.infer<(typeof workerAsks)[V]['request']>;
export type WorkerAskResponse<V extends WorkerAskVerb> = z.infer<(typeof workerAsks)[V]['response']>;

/** Headers that travel with a message. */
export type BusHeaders = Readonly<Record<string, string>>;

type Items<M> = M[keyof M];
/** What may travel beside a payload. */
interface Beside {
  headers?: BusHeaders;
  /** The trace that the message belongs to (W3C Trace Context); travels as the header of that name. */
  traceparent?: string | null;
}
export type CommandItem = Items<{ [V in CommandVerb]: { verb: V; payload: CommandPayload<V> } & Beside }>;
export type FactItem = Items<{ [K in FactKind]: { kind: K; payload: FactPayload<K> } & Beside }>;

/** Where a message stands in its stream. `duplicate`: it had been stored before under the same key. */
export interface Published {
  sequence: number;
  duplicate: boolean;
}
export type PublishResult = ({ ok: true } & Published) | { ok: false; error: Error };

/**
 * What a handler made of a message. `done`: acked. `retryInMs`: it comes again after so long.
 * `reject`: it never comes again; the reason is logged.
 */
export type HandlerResult = 'done' | { retryInMs: number } | { reject: string };

export interface BusMessage<T> {
  payload: T;
  subject: string;
  headers: BusHeaders;
  /** By which the trace of the message goes on from its handling here; undefined without one. */
  traceparent?: string;
  streamSequence: number;
  /** 1 the first time. */
  deliveryCount: number;
  redelivered: boolean;
  /** Puts its redelivery off by another ackWait. The bus does so by itself while the handler runs. */
  working(): void;
}
export type FactMessage = Items<{ [K in FactKind]: { kind: K } & BusMessage<Fact<K>> }>;

/** Gets messages in the order of the stream; returns one result for each, in the same order. */
export type BatchHandler<M> = (batch: M[]) => Promise<HandlerResult[]>;

export interface BatchOptions<M> {
  /** The most that one call of the handler gets. */
  batchSize: number;
  /** How long a batch that is not full waits for more. */
  maxWaitMs: number;
  /**
   * While messages keep coming, batches begin at least this far apart, unless they are full: they get larger instead of
   * more. The first one after a quiet time does not wait for it.
   */
  everyMs?: number;
  handler: BatchHandler<M>;
  /** Of an exclusive consumer: another owner has taken over, or the server lost it. Whoever is to have it consumes again. */
  onLost?(): void;
}

export interface Consumption {
  /**
   * Pulls nothing new and waits for the handlers at work; a shared consumer's batches that were already delivered are
   * handled first. What was not acked comes again, here or elsewhere.
   */
  stop(): Promise<void>;
}

export interface Stoppable {
  stop(): void;
}

/**
 * Why a profile's consumption ended by itself. `consumer_gone`: a newer owner took over, or the server lost it;
 * `stream_gone`: the server lost its data (the stream is made again). Who still owns the profile consumes again with
 * the next connection number.
 */
export type LostReason = 'consumer_gone' | 'stream_gone';

export interface ProfileCommandsOptions {
  profileId: string;
  /** The lease's. */
  generation: number;
  /** Counts the attempts within the generation. */
  connection: number;
  /** Name of the consumer this owner used before, when known: deleting it spares a look at the list. */
  previousConsumer?: string;
  /** Called for each message without awaiting the one before; the order of calls is the order of the stream. */
  handler(message: BusMessage<SendCommand>): Promise<HandlerResult>;
  /** The same for changes of chats; without it they wait for an owner that takes them. */
  chatHandler?(message: BusMessage<ChatCommand>): Promise<HandlerResult>;
  onLost(reason: LostReason): void;
}

export interface ReadEventsOptions {
  workspaceId: string;
  profileId?: string;
  /** Sequence of the last event already seen; without it only new events are read. 0 reads all that are kept. */
  after?: number;
  /** Types, and beginnings of types such as `message.*`; all without it. */
  types?: readonly string[];
}

export interface FetchEventsOptions extends ReadEventsOptions {
  /** The most that one page holds. */
  limit: number;
}

export interface EventPage {
  events: ReadEvent[];
  /** Everything up to here was looked at: the next page begins behind it. */
  position: number;
}

/** The events behind a cursor are no longer kept, or the stream was made anew. */
export class CursorExpired extends CodedError {
  /** Of the oldest event that is kept. */
  readonly oldestSequence: number;

  constructor(oldestSequence: number) {
    super('cursor_expired', { detail: `The oldest kept event has the sequence ${oldestSequence}.` });
    this.oldestSequence = oldestSequence;
  }
}

export interface ReadEvent {
  streamSequence: number;
  envelope: EventEnvelope;
  /** Of the event's trace, when it has one. */
  traceparent?: string;
}
export interface EventReader extends AsyncIterable<ReadEvent> {
  /**
   * Where the reader stands when nothing waits for it: everything up to that sequence was read, or is none of its events.
   * Undefined while something waits.
   */
  caughtUp(): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** A subscriber with where its consumer begins. */
export type SubscriberSpec = SubscriberAccess & { fromOldest: boolean };

/** The one door to NATS. See docs/subjects.md for everything that travels. */
export interface Bus {
  /**
   * Stores a command and resolves once the server has it. Repeated under its dedupe key until then, for
   * timing.publish.timeoutMs × attempts in all. @throws CodedError `service_unavailable` or `payload_too_large`
   */
  publishCommand<V extends CommandVerb>(verb: V, payload: CommandPayload<V>, headers?: BusHeaders): Promise<Published>;
  /** Stores a fact; as publishCommand. */
  publishFact<K extends FactKind>(kind: K, payload: FactPayload<K>, headers?: BusHeaders): Promise<Published>;
  /**
   * Many at once, without waiting for one another. They reach the stream in the order given, also across a lost
   * connection. Never throws: an item that failed says `ok: false`. Later items may have been stored although an
   * earlier one failed, so whoever needs the order within a profile stops at that profile's first failure and
   * publishes it and everything after it again: what is there already is dropped by its dedupe key (within the
   * stream's dedupe window).
   */
  publishCommands(items: readonly CommandItem[]): Promise<PublishResult[]>;
  publishFacts(items: readonly FactItem[]): Promise<PublishResult[]>;
  /** `traceparents`: of each envelope's trace, where it has one. */
  publishEvents(
    envelopes: readonly EventEnvelope[],
    traceparents?: readonly (string | null | undefined)[],
  ): Promise<PublishResult[]>;
  /**
   * Facts through a durable consumer. What cannot be parsed is rejected and logged. A throw means retry. An exclusive
   * consumer is taken over from whoever had it, who is told by `onLost`; the caller sees to it that one replica does so.
   */
  consumeFacts(spec: ConsumerSpec, options: BatchOptions<FactMessage>): Promise<Consumption>;
  /** Events through a durable consumer; as consumeFacts. */
  consumeEvents(spec: ConsumerSpec, options: BatchOptions<BusMessage<EventEnvelope>>): Promise<Consumption>;
  /**
   * The commands of a profile, for the owner of its lease. Ends the consumers of older owners first, so that all that
   * they left unacked comes at once and in order. @throws CodedError `state_conflict` when a newer owner is there
   */
  consumeProfileCommands(options: ProfileCommandsOptions): Promise<Consumption>;
  /** Events in order, for one reader. @throws CursorExpired, from the iteration too */
  readEvents(options: ReadEventsOptions): Promise<EventReader>;
  /** A page of events, without waiting for more; `after: 0` or none begins with the oldest kept. @throws CursorExpired */
  fetchEvents(options: FetchEventsOptions): Promise<EventPage>;
  /**
   * Asks the owner of a profile. @throws CodedError `profile_not_connected` at once when nobody answers, `ask_timeout`
   * after the verb's deadline, or what the answering handler threw
   */
  ask<V extends AskVerb>(verb: V, profileId: string, request: AskRequest<V>): Promise<AskResponse<V>>;
  /** Answers questions. A CodedError travels back to the asker; anything else becomes `internal_error`. */
  answer<V extends AskVerb>(
    verb: V,
    profileId: string,
    handler: (request: AskRequest<V>) => Promise<AskResponse<V>>,
  ): Stoppable;
  /**
   * Asks any one worker of a network. @throws CodedError `service_unavailable` at once when there is none, `ask_timeout` after
   * the verb's deadline, or what the answering handler threw
   */
  askWorker<V extends WorkerAskVerb>(
    verb: V,
    network: Network,
    request: WorkerAskRequest<V>,
  ): Promise<WorkerAskResponse<V>>;
  /** Answers as one of the workers of a network: each question reaches one of them. As `answer`. */
  answerAsWorker<V extends WorkerAskVerb>(
    verb: V,
    network: Network,
    handler: (request: WorkerAskRequest<V>) => Promise<WorkerAskResponse<V>>,
  ): Stoppable;
  /** Tells whoever listens, at most once: a hint that saves a poll, never the only way to learn something. */
  nudge(subject: string, data?: unknown): void;
  /** `subject` may hold wildcards. */
  onNudge(subject: string, handler: (subject: string, data: unknown) => void): Stoppable;
  /** Makes the durable consumer of somebody who reads events as a user of the server, if it is missing. */
  ensureSubscriber(subscriber: SubscriberSpec): Promise<void>;
  /** Deletes it. */
  removeSubscriber(id: string): Promise<void>;
  /** Whether the server lets this user in. */
  acceptsLogin(user: string, password: string): Promise<boolean>;
  /** Forgets the commands of a profile that nobody has carried out. */
  purgeCommands(profileId: string): Promise<void>;
  /** Whether the connection is up. */
  healthy(): boolean;
  /** Stops everything, waits for the handlers at work and for what is being published, then disconnects. */
  close(): Promise<void>;
}
