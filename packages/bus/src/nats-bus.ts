import {
  type AskVerb,
  asks,
  CodedError,
  type ConsumerSpec,
  type EventEnvelope,
  type FactKind,
  type Network,
  subjects,
  type WorkerAskVerb,
  workerAsks,
} from '@multiwa/contracts';
import type { JetStreamClient, JetStreamManager, JsMsg, Msg, NatsConnection } from 'nats';
import { answerOne, ask, type Question } from './ask.js';
import { commandPublication, factPublication, parseEvent, parseFact } from './catalog-messages.js';
import { decode, encode } from './codec.js';
import { consumeBatches } from './consume-batches.js';
import { consumeProfileCommands } from './consume-profile-commands.js';
import { toBusMessage } from './deliveries.js';
import { ensureConsumer, provision } from './provision.js';
import { type Publication, Publisher, uniqueName } from './publisher.js';
import { fetchEvents, readEvents } from './read-events.js';
import { acceptsLogin, ensureSubscriber, removeSubscriber } from './subscribers.js';
import { takeOver } from './take-over.js';
import { type BusSpan, BusTracing, type StartSpan } from './tracing.js';
import type * as types from './types.js';

const DRAIN_TIMEOUT_MS = 2_000;
/** The queue group of all workers: the server gives each question to one of them. */
const WORKERS = 'workers';

type Answering = (request: unknown) => Promise<unknown>;

/** The bus over one connection. */
export class NatsBus implements types.Bus {
  /** Set once `close` was called. */
  closing = false;
  readonly #connection: NatsConnection;
  readonly #jetStream: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #logger: types.BusLogger;
  readonly #publisher: Publisher;
  readonly #tracing: BusTracing;
  readonly #servers: string[];
  readonly #open = new Set<types.Consumption>();
  readonly #answering = new Set<Promise<void>>();
  #connected = true;
  #repairing: Promise<void> | undefined;

  constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    logger: types.BusLogger,
    { startSpan, servers }: { startSpan?: StartSpan; servers: string[] },
  ) {
    this.#servers = servers;
    this.#tracing = new BusTracing(startSpan);
    this.#connection = connection;
    this.#manager = manager;
    this.#jetStream = connection.jetstream();
    this.#logger = logger;
    this.#publisher = new Publisher(connection, logger, () => this.#repair());
  }

  disconnected(): void {
    this.#connected = false;
    this.#publisher.hold();
  }

  reconnected(): void {
    this.#connected = true;
    this.#publisher.resume();
  }

  publishCommand<V extends types.CommandVerb>(
    verb: V,
    payload: types.CommandPayload<V>,
    headers?: types.BusHeaders,
  ): Promise<types.Published> {
    return this.#publish(commandPublication({ verb, payload, headers } as types.CommandItem));
  }

  publishFact<K extends FactKind>(
    kind: K,
    payload: types.FactPayload<K>,
    headers?: types.BusHeaders,
  ): Promise<types.Published> {
    return this.#publish(factPublication({ kind, payload, headers } as types.FactItem));
  }

  publishCommands(items: readonly types.CommandItem[]): Promise<types.PublishResult[]> {
    return this.#publishAll(items.map(commandPublication));
  }

  publishFacts(items: readonly types.FactItem[]): Promise<types.PublishResult[]> {
    return this.#publishAll(items.map(factPublication));
  }

  publishEvents(
    envelopes: readonly EventEnvelope[],
    traceparents: readonly (string | null | undefined)[] = [],
  ): Promise<types.PublishResult[]> {
    return this.#publishAll(
      envelopes.map((envelope, index) => ({
        what: `event ${envelope.type}`,
        subject: subjects.event(envelope.workspaceId, envelope.profileId, envelope.type),
        dedupeKey: envelope.id,
        payload: envelope,
        traceparent: traceparents[index],
      })),
    );
  }

  consumeFacts(spec: ConsumerSpec, options: types.BatchOptions<types.FactMessage>): Promise<types.Consumption> {
    return this.#consume(spec, parseFact, options, ({ kind, payload, traceparent, deliveryCount }) =>
      this.#tracing.handling({ what: `fact ${kind}`, parent: traceparent, payload }, deliveryCount),
    );
  }

  consumeEvents(
    spec: ConsumerSpec,
    options: types.BatchOptions<types.BusMessage<EventEnvelope>>,
  ): Promise<types.Consumption> {
    return this.#consume(spec, (raw) => toBusMessage(raw, parseEvent(raw)), options);
  }

  async consumeProfileCommands(options: types.ProfileCommandsOptions): Promise<types.Consumption> {
    return this.#track(
      await consumeProfileCommands(
        {
          connection: this.#connection,
          jetStream: this.#jetStream,
          manager: this.#manager,
          logger: this.#logger,
          tracing: this.#tracing,
          repair: () => this.#repair(),
        },
        options,
      ),
    );
  }

  async readEvents(options: types.ReadEventsOptions): Promise<types.EventReader> {
    const reader = await readEvents(this.#reading(), options);
    const { stop } = this.#track(reader);
    return { [Symbol.asyncIterator]: () => reader[Symbol.asyncIterator](), caughtUp: reader.caughtUp, stop };
  }

  fetchEvents(options: types.FetchEventsOptions): Promise<types.EventPage> {
    if (!this.healthy()) return Promise.reject(new CodedError('service_unavailable'));
    return fetchEvents(this.#reading(), options);
  }

  ask<V extends AskVerb>(verb: V, profileId: string, request: types.AskRequest<V>): Promise<types.AskResponse<V>> {
    // A question asked while disconnected would be lost and only time out.
    if (!this.healthy()) return Promise.reject(new CodedError('service_unavailable'));
    const subject = subjects.ask(profileId, verb);
    return ask(this.#connection, subject, asks[verb], request, 'profile_not_connected') as Promise<
      types.AskResponse<V>
    >;
  }

  answer<V extends AskVerb>(
    verb: V,
    profileId: string,
    handler: (request: types.AskRequest<V>) => Promise<types.AskResponse<V>>,
  ): types.Stoppable {
    return this.#answer(subjects.ask(profileId, verb), asks[verb], handler as Answering);
  }

  askWorker<V extends WorkerAskVerb>(
    verb: V,
    network: Network,
    request: types.WorkerAskRequest<V>,
  ): Promise<types.WorkerAskResponse<V>> {
    if (!this.healthy()) return Promise.reject(new CodedError('service_unavailable'));
    const subject = subjects.workerAsk(network, verb);
    return ask(this.#connection, subject, workerAsks[verb], request, 'service_unavailable') as Promise<
      types.WorkerAskResponse<V>
    >;
  }

  answerAsWorker<V extends WorkerAskVerb>(
    verb: V,
    network: Network,
    handler: (request: types.WorkerAskRequest<V>) => Promise<types.WorkerAskResponse<V>>,
  ): types.Stoppable {
    const subject = subjects.workerAsk(network, verb);
    return this.#answer(subject, workerAsks[verb], handler as Answering, WORKERS);
  }

  nudge(subject: string, data?: unknown): void {
    try {
      if (this.healthy()) this.#connection.publish(subject, data === undefined ? undefined : encode(data));
    } catch (error) {
      this.#logger.warn({ err: error, subject }, 'A nudge could not be sent');
    }
  }

  onNudge(subject: string, handler: (subject: string, data: unknown) => void): types.Stoppable {
    return this.#subscribe(subject, (message) => handler(message.subject, decode(message.data)));
  }

  ensureSubscriber(subscriber: types.SubscriberSpec): Promise<void> {
    return ensureSubscriber(this.#manager, subscriber);
  }

  removeSubscriber(id: string): Promise<void> {
    return removeSubscriber(this.#manager, id);
  }

  acceptsLogin(user: string, password: string): Promise<boolean> {
    return acceptsLogin([...this.#servers], user, password);
  }

  async purgeCommands(profileId: string): Promise<void> {
    await this.#manager.streams.purge(subjects.commandStreamOf(profileId), { filter: subjects.commandsOf(profileId) });
  }

  healthy(): boolean {
    return this.#connected && !this.closing && !this.#connection.isClosed();
  }

  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    await Promise.all([...this.#open].map((consumption) => consumption.stop()));
    while (this.#answering.size > 0) await Promise.all(this.#answering);
    if (this.#connected) await this.#publisher.idle();
    this.#publisher.close();
    // Only flushes now: drain() by itself does not wait for asynchronous handlers.
    const drained = this.#connection.isClosed() || !this.#connected ? undefined : this.#connection.drain();
    await Promise.race([
      drained?.catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, DRAIN_TIMEOUT_MS).unref()),
    ]);
    await this.#connection.close();
  }

  #reading() {
    const repair = () => this.#repair();
    return { jetStream: this.#jetStream, manager: this.#manager, logger: this.#logger, repair };
  }

  #publish(publication: Publication): Promise<types.Published> {
    const parent = publication.traceparent ?? publication.headers?.traceparent;
    return this.#tracing.publish({ ...publication, parent }, (traceparent) =>
      this.#publisher.publish(parent ? { ...publication, traceparent } : publication),
    );
  }

  async #publishAll(publications: readonly Publication[]): Promise<types.PublishResult[]> {
    return Promise.all(
      publications.map((publication) =>
        this.#publish(publication).then(
          (published) => ({ ok: true as const, ...published }),
          (error: Error) => ({ ok: false as const, error }),
        ),
      ),
    );
  }

  async #consume<M extends { traceparent?: string }>(
    spec: ConsumerSpec,
    parse: (raw: JsMsg) => M,
    options: types.BatchOptions<M>,
    begin?: (message: M) => BusSpan | undefined,
  ): Promise<types.Consumption> {
    const dependencies = { jetStream: this.#jetStream, logger: this.#logger, begin };
    if (spec.exclusive) {
      const own = { ...spec, durable: uniqueName(spec.durable) };
      await this.#repair();
      await takeOver({ connection: this.#connection, manager: this.#manager }, spec, own.durable);
      return this.#track(await consumeBatches(dependencies, own, parse, options));
    }
    const ensure = async (wanted: ConsumerSpec) => {
      await this.#repair();
      await ensureConsumer(this.#manager, wanted, this.#logger);
    };
    await ensureConsumer(this.#manager, spec, this.#logger);
    return this.#track(await consumeBatches({ ...dependencies, ensure }, spec, parse, options));
  }

  #track(consumption: types.Consumption): types.Consumption {
    let stopping: Promise<void> | undefined;
    const tracked: types.Consumption = {
      stop: () => {
        stopping ??= consumption.stop().finally(() => this.#open.delete(tracked));
        return stopping;
      },
    };
    this.#open.add(tracked);
    return tracked;
  }

  #answer(subject: string, question: Question, handler: Answering, queue?: string): types.Stoppable {
    const onQuestion = (message: Msg) => {
      const work = answerOne(this.#logger, question, message, handler);
      this.#answering.add(work);
      void work.finally(() => this.#answering.delete(work));
    };
    return this.#subscribe(subject, onQuestion, queue);
  }

  /** An exception in a callback would end the client's read loop, so none gets out of here. */
  #subscribe(subject: string, onMessage: (message: Msg) => void, queue?: string): types.Stoppable {
    const subscription = this.#connection.subscribe(subject, {
      queue,
      callback: (error, message) => {
        if (error) {
          this.#logger.error({ err: error, subject }, 'A subscription was refused');
          return;
        }
        try {
          onMessage(message);
        } catch (cause) {
          this.#logger.error({ err: cause, subject: message.subject }, 'The handler of a message threw');
        }
      },
    });
    return { stop: () => subscription.unsubscribe() };
  }

  /** One at a time: many consumers notice a missing stream together. */
  #repair(): Promise<void> {
    this.#repairing ??= provision(this.#manager, this.#logger).finally(() => {
      this.#repairing = undefined;
    });
    return this.#repairing;
  }
}
