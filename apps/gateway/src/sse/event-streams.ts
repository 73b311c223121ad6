import type { ServerResponse } from 'node:http';
import { type Bus, CursorExpired, type EventReader } from '@multiwa/bus';
import { CodedError, type EventEnvelope, type eventPageSchema, timing } from '@multiwa/contracts';
import type { ProfilesRepository } from '@multiwa/db';
import { decodeEventCursor, encodeEventCursor } from '@multiwa/domain';
import { type Logger, type Metrics, startSpan } from '@multiwa/runtime';
import type { z } from 'zod';
import type { Authenticator, Caller } from '../auth/authenticate.js';
import { requireScope } from '../auth/authenticate.js';
import { comment, eventFrame, position } from './frames.js';
import { SocketWriter } from './socket-writer.js';

export interface EventStreamsDeps {
  bus: Pick<Bus, 'readEvents' | 'fetchEvents'>;
  profiles: Pick<ProfilesRepository, 'find'>;
  authenticator: Pick<Authenticator, 'recheck'>;
  logger: Pick<Logger, 'info' | 'warn'>;
  metrics: Metrics;
}

export interface EventsWanted {
  profileId?: string | undefined;
  /** Filters of types, as webhooks have them. */
  types?: readonly string[] | undefined;
  /** The cursor to read behind. */
  after?: string | undefined;
}

export interface EventStreams {
  /**
   * Subscribes, then gives the function that writes events until the reader goes, its key ends, or it does not read.
   * @throws CodedError `profile_not_found`, `cursor_invalid` or `cursor_expired`, while there is still an answer to give
   */
  open(caller: Caller, from: EventsWanted): Promise<(response: ServerResponse, requestId: string) => Promise<void>>;
  /** A page of the same log, for those who poll. @throws CodedError as `open` */
  page(caller: Caller, from: EventsWanted & { limit: number }): Promise<z.input<typeof eventPageSchema>>;
  /** Ends all streams: readers reconnect, here or at another gateway, and go on from their cursor. */
  stop(): Promise<void>;
}

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // A buffering proxy would turn a stream into lumps.
  'x-accel-buffering': 'no',
};

export function makeEventStreams({ bus, profiles, authenticator, logger, metrics }: EventStreamsDeps): EventStreams {
  const open = new Set<{ end(): void; ended: Promise<void> }>();
  const gauge = metrics.gauge('sse_readers', 'Connected readers of the event stream.');

  async function follow(caller: Caller, reader: EventReader, response: ServerResponse): Promise<void> {
    response.writeHead(200, headers);
    const writer = new SocketWriter(response);
    const end = (): void => void reader.stop();
    writer.onClosed(end);
    const heartbeat = setInterval(() => {
      writer.write(comment('heartbeat'));
      void reader.caughtUp().then((sequence) => sequence !== undefined && writer.write(position(sequence)));
      // A key that was revoked or has expired must not go on reading.
      authenticator
        .recheck(caller.keyHash)
        .then((now) => requireScope(now, 'events:read'))
        .catch((error: unknown) => error instanceof CodedError && end());
    }, timing.sse.heartbeatMs);
    writer.write(comment('live'));
    try {
      for await (const { streamSequence, envelope, traceparent } of reader) {
        writer.write(eventFrame(streamSequence, envelope));
        if (traceparent) tellWritten(envelope, traceparent);
        if (!(await writer.drained())) break;
      }
    } catch (error) {
      // The answer has begun: the end of the stream is all that can be said. Coming back with the cursor tells the rest.
      logger.warn({ err: error, workspaceId: caller.workspaceId }, 'event stream broke');
    } finally {
      clearInterval(heartbeat);
      await reader.stop();
      writer.end();
      const { workspaceId, apiKeyId } = caller;
      logger.info({ workspaceId, apiKeyId, reason: writer.reason }, 'event stream ended');
    }
  }

  const checked = async ({ workspaceId }: Caller, { profileId, types, after: cursor }: EventsWanted) => {
    const after = cursor === undefined ? undefined : decodeEventCursor(cursor);
    if (profileId && !(await profiles.find(workspaceId, profileId))) throw new CodedError('profile_not_found');
    return { workspaceId, profileId, types, after };
  };

  return {
    async page(caller, { limit, ...wanted }) {
      const { events, position: end } = await withCursor(async () =>
        bus.fetchEvents({ ...(await checked(caller, wanted)), limit }),
      );
      const items = events.map(({ streamSequence, envelope }) => ({
        cursor: encodeEventCursor(streamSequence),
        event: envelope,
      }));
      return { items, nextCursor: encodeEventCursor(end) };
    },
    async open(caller, wanted) {
      const reader = await withCursor(async () => bus.readEvents(await checked(caller, wanted)));
      return async (response, requestId) => {
        response.setHeader('x-request-id', requestId);
        const ended = follow(caller, reader, response);
        const stream = { end: () => void reader.stop(), ended };
        open.add(stream);
        gauge.inc();
        await ended.finally(() => {
          open.delete(stream);
          gauge.dec();
        });
      };
    },
    async stop() {
      const streams = [...open];
      for (const stream of streams) stream.end();
      await Promise.allSettled(streams.map(({ ended }) => ended));
    },
  };
}

/** Names the cursor that reads all that is kept, to those whose own cursor is too old. */
async function withCursor<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CursorExpired)) throw error;
    const cursor = encodeEventCursor(error.oldestSequence - 1);
    const detail = `${error.message} The cursor ${cursor} reads from there on.`;
    throw new CodedError('cursor_expired', { detail, cause: error });
  }
}

/** A mark in the event's trace: a reader of the stream was given it. */
function tellWritten({ id, type, workspaceId }: EventEnvelope, parent: string): void {
  const attributes = { 'multiwa.event_id': id, 'multiwa.event_type': type, 'multiwa.workspace_id': workspaceId };
  startSpan('sse write', { parent, attributes })?.end();
}
