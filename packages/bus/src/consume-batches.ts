import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumerSpec } from '@multiwa/contracts';
import type { JetStreamClient, JsMsg } from 'nats';
import { Deliveries, failureOf, retryAfterThrow } from './deliveries.js';
import { UnreadableMessage } from './parse.js';
import { type Pull, pull } from './puller.js';
import type { BusSpan } from './tracing.js';
import type { BatchOptions, BusLogger, Consumption, HandlerResult } from './types.js';

const RECOVER_PAUSE_MS = 500;

interface Dependencies<M> {
  jetStream: JetStreamClient;
  logger: BusLogger;
  /** Makes the stream and the consumer when they are missing; without it the consumption ends with its consumer. */
  ensure?(spec: ConsumerSpec): Promise<void>;
  /** Begins the span of a message's handling, where it belongs to a trace. */
  begin?(message: M): BusSpan | undefined;
}

/** Parses a delivery for the handler. @throws when it cannot be parsed */
type Parse<M> = (message: JsMsg) => M;

/**
 * Runs a handler over a durable consumer: one batch at a time, in the order of the stream. When a shared consumer or its
 * stream vanishes, both are made again.
 */
export async function consumeBatches<M extends { traceparent?: string }>(
  { jetStream, logger, ensure, begin }: Dependencies<M>,
  spec: ConsumerSpec,
  parse: Parse<M>,
  options: BatchOptions<M>,
): Promise<Consumption> {
  const deliveries = new Deliveries(spec.ackWaitMs, logger);
  const buffer: JsMsg[] = [];
  const stopping = new AbortController();
  let arrived = () => {};
  let taken = signal();

  const start = async (): Promise<Pull> => {
    const consumer = await jetStream.consumers.get(spec.stream, spec.durable);
    return pull(consumer, Math.min(options.batchSize, spec.maxAckPending), (message) => {
      if (!deliveries.open(message)) return undefined;
      buffer.push(message);
      arrived();
      return buffer.length < options.batchSize || stopping.signal.aborted ? undefined : taken.promise;
    });
  };

  /** Resolves when `count` are waiting, after `timeoutMs`, or when stopping. */
  const waitFor = async (count: number, timeoutMs?: number): Promise<void> => {
    if (buffer.length >= count || stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const finish = () => {
        clearTimeout(timer);
        stopping.signal.removeEventListener('abort', finish);
        resolve();
      };
      if (timeoutMs !== undefined) timer = setTimeout(finish, timeoutMs);
      stopping.signal.addEventListener('abort', finish);
      arrived = () => {
        if (buffer.length >= count) finish();
      };
    });
    arrived = () => {};
  };

  const takeBatch = (): JsMsg[] => {
    const batch = buffer.splice(0, options.batchSize);
    taken.resolve();
    taken = signal();
    return batch;
  };

  const handle = async (batch: JsMsg[]): Promise<void> => {
    const parsed: { raw: JsMsg; message: M; span: BusSpan | undefined }[] = [];
    for (const raw of batch) {
      try {
        const message = parse(raw);
        const span = begin?.(message);
        if (span) message.traceparent = span.traceparent;
        parsed.push({ raw, message, span });
      } catch (error) {
        const why = error instanceof UnreadableMessage ? error.message : 'it cannot be parsed';
        deliveries.settle(raw, { reject: why });
      }
    }
    if (parsed.length === 0) return;
    const results = await runHandler(parsed.map(({ message }) => message));
    for (const [index, { raw, span }] of parsed.entries()) {
      const result = results?.[index] ?? retryAfterThrow(raw.info.deliveryCount);
      deliveries.settle(raw, result);
      span?.end(failureOf(result));
    }
  };

  const runHandler = async (messages: M[]): Promise<HandlerResult[] | undefined> => {
    try {
      const results = await options.handler(messages);
      if (results.length === messages.length) return results;
      logger.error({ consumer: spec.durable }, 'A handler did not return one result for each message');
    } catch (error) {
      logger.error({ err: error, consumer: spec.durable, messages: messages.length }, 'A handler threw: trying again');
    }
    return undefined;
  };

  const work = async (): Promise<void> => {
    let begunAt = Number.NEGATIVE_INFINITY;
    while (!stopping.signal.aborted) {
      await waitFor(1);
      const pauseMs = begunAt + (options.everyMs ?? 0) - performance.now();
      await waitFor(options.batchSize, Math.max(options.maxWaitMs, pauseMs));
      begunAt = performance.now();
      if (!stopping.signal.aborted) await handle(takeBatch());
    }
  };

  let current: Pull | undefined = await start();
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const cause = await current?.ended;
      if (stopping.signal.aborted) return;
      if (cause) logger.warn({ err: cause, consumer: spec.durable }, 'A consumer vanished');
      current = undefined;
      if (!ensure) {
        stopping.abort();
        // Whoever consumes next gets these too.
        buffer.length = 0;
        options.onLost?.();
        return;
      }
      try {
        await ensure(spec);
        current = await start();
      } catch (error) {
        logger.error({ err: error, consumer: spec.durable }, 'A consumer could not be made');
        await sleep(RECOVER_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
      if (stopping.signal.aborted) await current?.stop();
    }
  };

  const running = Promise.all([work(), watch()]);
  return {
    async stop() {
      stopping.abort();
      taken.resolve();
      await current?.stop();
      await running;
      // Handled, not given back: a server before 2.10 that is told "nak" while nobody pulls forgets one for ackWait.
      while (buffer.length > 0) await handle(takeBatch());
      deliveries.close();
    },
  };
}

function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((resolveIt) => {
    resolve = resolveIt;
  });
  return { promise, resolve };
}
