import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError, eventsStream, filtersTake, subjects } from '@multiwa/contracts';
import {
  AckPolicy,
  type ConsumerInfo,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  nanos,
} from 'nats';
import { parseEvent } from './catalog-messages.js';
import { UnreadableMessage } from './parse.js';
import { isStreamMissing } from './provision.js';
import { uniqueName } from './publisher.js';
import {
  type BusLogger,
  CursorExpired,
  type EventPage,
  type EventReader,
  type FetchEventsOptions,
  type ReadEvent,
  type ReadEventsOptions,
} from './types.js';

const PREFETCH = 200;
const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
const INACTIVE_THRESHOLD_MS = 60_000;
const RECOVER_PAUSE_MS = 250;
const FETCH_EXPIRES_MS = 2_000;
/** A page whose filter takes little ends after so many events, with a cursor to go on with. */
const MAX_SCANNED = 5_000;

interface Dependencies {
  jetStream: JetStreamClient;
  manager: JetStreamManager;
  logger: BusLogger;
  /** Makes the streams again. */
  repair(): Promise<void>;
}

/**
 * See Bus.readEvents. A reader has a consumer of its own that keeps no acks; when it vanishes (a restarted server
 * forgets it), another is made behind the last event that was read.
 */
export async function readEvents(dependencies: Dependencies, options: ReadEventsOptions): Promise<EventReader> {
  const { logger, repair } = dependencies;
  let position = (await startingPosition(dependencies.manager, options.after)).position;
  let { messages, name } = await open(dependencies, options, position);
  let handled = position;
  let stopped = false;

  const reopen = async (): Promise<void> => {
    for (;;) {
      if (stopped) return;
      try {
        await startingPosition(dependencies.manager, position);
        ({ messages, name } = await open(dependencies, options, position));
        if (stopped) messages.stop();
        return;
      } catch (error) {
        if (error instanceof CodedError) throw error;
        if (isStreamMissing(error)) await repair().catch(() => undefined);
        await sleep(RECOVER_PAUSE_MS);
      }
    }
  };

  async function* read(): AsyncGenerator<ReadEvent, void> {
    while (!stopped) {
      try {
        for await (const message of messages) {
          const streamSequence = message.info.streamSequence;
          // A hole means that something was dropped on the way (a slow reader's connection): read on from there.
          if (streamSequence <= position) continue;
          position = streamSequence;
          const event = readable(message, options.types, logger);
          if (event) yield event;
          // Asked for the next one, so whoever reads is done with this one.
          handled = position;
        }
      } catch (error) {
        if (error instanceof CodedError) throw error;
        logger.debug({ err: error }, 'A reader of events lost its consumer');
      }
      if (!stopped) await reopen();
    }
  }

  const stop = async (): Promise<void> => {
    stopped = true;
    // Not close(): it resolves only when somebody iterates to the end.
    messages.stop();
  };
  const caughtUp = async (): Promise<number | undefined> => {
    try {
      // The end first: what comes after it may be read or not.
      const { state } = await dependencies.manager.streams.info(eventsStream.name);
      const { num_pending, delivered } = await dependencies.manager.consumers.info(eventsStream.name, name);
      return num_pending === 0 && delivered.stream_seq <= handled ? Math.max(handled, state.last_seq) : undefined;
    } catch {
      return undefined;
    }
  };
  const events = read();
  return { [Symbol.asyncIterator]: () => events, caughtUp, stop };
}

/** See Bus.fetchEvents. */
export async function fetchEvents(dependencies: Dependencies, options: FetchEventsOptions): Promise<EventPage> {
  const { jetStream, manager, logger } = dependencies;
  const { limit, types, after = 0 } = options;
  const { first, last } = await startingPosition(manager, after === 0 ? undefined : after);
  let position = Math.max(after, first - 1);
  const info = await addConsumer(manager, options, position);
  const events: ReadEvent[] = [];
  try {
    const consumer = await jetStream.consumers.get(eventsStream.name, info.name);
    let pending = info.num_pending;
    for (let scanned = 0; pending > 0 && events.length < limit && scanned < MAX_SCANNED; ) {
      const batch = await consumer.fetch({ max_messages: Math.min(pending, limit), expires: FETCH_EXPIRES_MS });
      let came = 0;
      for await (const message of batch) {
        came += 1;
        if (events.length === limit) continue;
        position = message.info.streamSequence;
        const event = readable(message, types, logger);
        if (event) events.push(event);
      }
      if (came === 0) return { events, position };
      scanned += came;
      pending -= came;
    }
    // Nothing more by then: the next page begins behind everything, also behind what is others'.
    return { events, position: pending > 0 || events.length === limit ? position : Math.max(position, last) };
  } finally {
    await manager.consumers.delete(eventsStream.name, info.name).catch(() => undefined);
  }
}

/** The event in a message, unless the filter leaves it out or it cannot be read. */
function readable(message: JsMsg, types: readonly string[] | undefined, logger: BusLogger): ReadEvent | undefined {
  const { streamSequence } = message.info;
  if (types && !filtersTake(types, message.subject.split('.').slice(3).join('.'))) return undefined;
  try {
    const envelope = parseEvent(message);
    return { streamSequence, envelope, traceparent: message.headers?.get('traceparent') || undefined };
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    logger.error({ streamSequence, reason: error.message }, 'An event cannot be read and was left out');
    return undefined;
  }
}

/** The sequence to read behind, and what the stream holds. @throws CursorExpired */
async function startingPosition(manager: JetStreamManager, after: number | undefined) {
  const { state } = await manager.streams.info(eventsStream.name);
  const { first_seq: first, last_seq: last } = state;
  // Behind the end: the stream was made anew since, and counts from 1 again.
  if (after !== undefined && (after < first - 1 || after > last)) throw new CursorExpired(first);
  return { position: after ?? last, first, last };
}

function addConsumer(
  manager: JetStreamManager,
  { workspaceId, profileId }: ReadEventsOptions,
  after: number,
): Promise<ConsumerInfo> {
  return manager.consumers.add(eventsStream.name, {
    name: uniqueName('reader'),
    filter_subject: subjects.eventsOf(workspaceId, profileId),
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
    inactive_threshold: nanos(INACTIVE_THRESHOLD_MS),
    mem_storage: true,
  });
}

async function open(
  { jetStream, manager }: Dependencies,
  options: ReadEventsOptions,
  after: number,
): Promise<{ messages: ConsumerMessages; name: string }> {
  const { name } = await addConsumer(manager, options, after);
  const consumer = await jetStream.consumers.get(eventsStream.name, name);
  const messages = await consumer.consume({
    max_messages: PREFETCH,
    expires: EXPIRES_MS,
    idle_heartbeat: HEARTBEAT_MS,
    abort_on_missing_resource: true,
  });
  return { messages, name };
}
