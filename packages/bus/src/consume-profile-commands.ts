import { commands, profileConsumer, subjects } from '@multiwa/contracts';
import type { JetStreamClient, JetStreamManager, JsMsg, NatsConnection } from 'nats';
import { Deliveries, failureOf, retryAfterThrow, toBusMessage } from './deliveries.js';
import { parseMessage, UnreadableMessage } from './parse.js';
import { makeProfileConsumer } from './profile-consumer.js';
import { isStreamMissing } from './provision.js';
import { pull } from './puller.js';
import type { BusSpan, BusTracing } from './tracing.js';
import type { BusLogger, Consumption, HandlerResult, ProfileCommandsOptions } from './types.js';

const PREFETCH = 64;
/** Before a command that this owner does not take is offered again. */
const UNTAKEN_RETRY_MS = 5_000;

interface Dependencies {
  connection: NatsConnection;
  jetStream: JetStreamClient;
  manager: JetStreamManager;
  logger: BusLogger;
  tracing: BusTracing;
  /** Makes the streams again. */
  repair(): Promise<void>;
}

/** See Bus.consumeProfileCommands. */
export async function consumeProfileCommands(
  dependencies: Dependencies,
  options: ProfileCommandsOptions,
): Promise<Consumption> {
  const { jetStream, logger, tracing, repair } = dependencies;
  const { profileId, generation, connection, handler, chatHandler, onLost } = options;
  const stream = subjects.commandStreamOf(profileId);
  const name = profileConsumer.name(profileId, generation, connection);
  const deliveries = new Deliveries(profileConsumer.ackWaitMs, logger);
  const atWork = new Set<Promise<void>>();
  let stopping = false;

  const handle = async (raw: JsMsg): Promise<void> => {
    let result: HandlerResult;
    let span: BusSpan | undefined;
    try {
      if (raw.subject === subjects.command(profileId, 'chat')) {
        const message = toBusMessage(raw, parseMessage(commands.chat.schema, raw.data));
        result = (await chatHandler?.(message)) ?? { retryInMs: UNTAKEN_RETRY_MS };
      } else {
        const payload = parseMessage(commands.send.schema, raw.data);
        const message = toBusMessage(raw, payload);
        span = tracing.handling({ what: 'command send', parent: message.traceparent, payload }, message.deliveryCount);
        if (span) message.traceparent = span.traceparent;
        result = await (span ? span.run(() => handler(message)) : handler(message));
      }
    } catch (error) {
      if (error instanceof UnreadableMessage) {
        result = { reject: error.message };
      } else {
        logger.error({ err: error, profileId, streamSequence: raw.seq }, 'A command’s handler threw: trying again');
        result = retryAfterThrow(raw.info.deliveryCount);
      }
    }
    deliveries.settle(raw, result);
    span?.end(failureOf(result));
  };

  const start = async () => {
    await makeProfileConsumer(dependencies, options);
    const consumer = await jetStream.consumers.get(stream, name);
    return pull(consumer, PREFETCH, (raw) => {
      // Left unacked: the next owner gets it.
      if (stopping || !deliveries.open(raw)) return;
      const work = handle(raw).catch((error: unknown) =>
        logger.error({ err: error, profileId }, 'A command was not acked'),
      );
      atWork.add(work);
      void work.finally(() => atWork.delete(work));
    });
  };

  const current = await start().catch(async (error: unknown) => {
    if (!isStreamMissing(error)) throw error;
    await repair();
    return start();
  });

  void current.ended
    .then(async (cause) => {
      if (!cause) return;
      const streamGone = isStreamMissing(cause);
      logger.warn({ err: cause, profileId, consumer: name }, 'The commands of a profile are no longer delivered here');
      if (streamGone)
        await repair().catch((error: unknown) => logger.error({ err: error }, 'The streams could not be made'));
      deliveries.close();
      onLost(streamGone ? 'stream_gone' : 'consumer_gone');
    })
    .catch((error: unknown) => logger.error({ err: error, profileId }, 'A profile’s onLost threw'));

  return {
    async stop() {
      stopping = true;
      await current.stop();
      while (atWork.size > 0) await Promise.all(atWork);
      deliveries.close();
    },
  };
}
