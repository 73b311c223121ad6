import type { ServerResponse } from 'node:http';
import type { Bus, EventReader } from '@multiwa/bus';
import { CodedError, type EventEnvelope, timing } from '@multiwa/contracts';
import type { ProfilesRepository } from '@multiwa/db';
import { decodeEventCursor } from '@multiwa/domain';
import { type Logger, type Metrics, startSpan } from '@multiwa/runtime';
import type { Authenticator, Caller } from '../auth/authenticate.js';
import { requireScope } from '../auth/authenticate.js';
import { comment, eventFrame } from './frames.js';
import { SocketWriter } from './socket-writer.js';

export interface EventStreamsDeps {
  bus: Pick<Bus, 'readEvents'>;
  profiles: Pick<ProfilesRepository, 'find'>;
  authenticator: Pick<Authenticator, 'recheck'>;
  logger: Pick<Logger, 'info' | 'warn'>;
  metrics: Metrics;
}

export interface EventStreams {
  /**
   * Subscribes, then gives the function that writes events until the reader goes, its key ends, or it does not read.
   * @throws CodedError `profile_not_found`, `cursor_invalid` or `cursor_expired`, while there is still an answer to give
   */
  open(
    caller: Caller,
    from: { profileId?: string | undefined; lastEventId?: string | undefined },
  ): Promise<(response: ServerResponse, requestId: string) => Promise<void>>;
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

  return {
    async open(caller, { profileId, lastEventId }) {
      const { workspaceId } = caller;
      const after = lastEventId === undefined ? undefined : decodeEventCursor(lastEventId);
      if (profileId && !(await profiles.find(workspaceId, profileId))) throw new CodedError('profile_not_found');
      const reader = await bus.readEvents({ workspaceId, profileId, after });
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

/** A mark in the event's trace: a reader of the stream was given it. */
function tellWritten({ id, type, workspaceId }: EventEnvelope, parent: string): void {
  const attributes = { 'multiwa.event_id': id, 'multiwa.event_type': type, 'multiwa.workspace_id': workspaceId };
  startSpan('sse write', { parent, attributes })?.end();
}
