import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError, eventEnvelopeSchema, eventsStream, subjects } from '@multiwa/contracts';
import {
  AckPolicy,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  nanos,
} from 'nats';
import { parseMessage, UnreadableMessage } from './parse.js';
import { isStreamMissing } from './provision.js';
import { uniqueName } from './publisher.js';
import type { BusLogger, EventReader, ReadEvent, ReadEventsOptions } from './types.js';

const PREFETCH = 200;
const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
const INACTIVE_THRESHOLD_MS = 60_000;
const RECOVER_PAUSE_MS = 250;

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
  let position = await startingPosition(dependencies.manager, options.after);
  let messages = await open(dependencies, options, position);
  let stopped = false;

  const reopen = async (): Promise<void> => {
    for (;;) {
      if (stopped) return;
      try {
        await startingPosition(dependencies.manager, position);
        messages = await open(dependencies, options, position);
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
          try {
            const envelope = parseMessage(eventEnvelopeSchema, message.data);
            yield { streamSequence, envelope, traceparent: message.headers?.get('traceparent') || undefined };
          } catch (error) {
            if (!(error instanceof UnreadableMessage)) throw error;
            logger.error({ streamSequence, reason: error.message }, 'An event cannot be read and was left out');
          }
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
  const events = read();
  return { [Symbol.asyncIterator]: () => events, stop };
}

/** The sequence to read behind. @throws CodedError `cursor_expired` with the oldest kept sequence in detail */
async function startingPosition(manager: JetStreamManager, after: number | undefined): Promise<number> {
  const { state } = await manager.streams.info(eventsStream.name);
  if (after === undefined) return state.last_seq;
  // Behind the end: the stream was made anew since, and counts from 1 again.
  if (after < state.first_seq - 1 || after > state.last_seq) {
    throw new CodedError('cursor_expired', { detail: `The oldest kept event has the sequence ${state.first_seq}.` });
  }
  return after;
}

async function open(
  { jetStream, manager }: Dependencies,
  { workspaceId, profileId }: ReadEventsOptions,
  after: number,
): Promise<ConsumerMessages> {
  const { name } = await manager.consumers.add(eventsStream.name, {
    name: uniqueName('reader'),
    filter_subject: subjects.eventsOf(workspaceId, profileId),
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
    inactive_threshold: nanos(INACTIVE_THRESHOLD_MS),
    mem_storage: true,
  });
  const consumer = await jetStream.consumers.get(eventsStream.name, name);
  return consumer.consume({
    max_messages: PREFETCH,
    expires: EXPIRES_MS,
    idle_heartbeat: HEARTBEAT_MS,
    abort_on_missing_resource: true,
  });
}
