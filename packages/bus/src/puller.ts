import type { Consumer, ConsumerMessages, JsMsg, Subscription } from 'nats';

const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
const DRAIN_TIMEOUT_MS = 1_000;

/** Messages being pulled from one consumer of the server. */
export interface Pull {
  /** Resolves with the cause when it ended by itself, undefined after `stop`. */
  ended: Promise<Error | undefined>;
  /** Ends it. What was on its way still reaches `onMessage` before this resolves. */
  stop(): Promise<void>;
}

/**
 * Pulls from a consumer across reconnects, until the consumer or its stream has vanished. `onMessage` must not throw;
 * while what it returned is pending, at most `prefetch` more are fetched. (The client's callback form fetches without
 * regard to what was handled.)
 */
export async function pull(
  consumer: Consumer,
  prefetch: number,
  onMessage: (message: JsMsg) => void | Promise<void>,
): Promise<Pull> {
  let stopped = false;
  // A new options object each time: the client keeps and changes it.
  const messages = await consumer.consume({
    max_messages: prefetch,
    expires: EXPIRES_MS,
    idle_heartbeat: HEARTBEAT_MS,
    abort_on_missing_resource: true,
  });
  const read = async (): Promise<Error | undefined> => {
    try {
      for await (const message of messages) {
        const room = onMessage(message);
        if (room) await room;
      }
      return stopped ? undefined : new Error('the consumer was closed');
    } catch (error) {
      return stopped ? undefined : error instanceof Error ? error : new Error(String(error));
    }
  };
  const ended = read();
  return {
    ended,
    async stop() {
      stopped = true;
      await drain(messages);
      messages.stop();
      await ended;
    },
  };
}

/**
 * Waits for what the server has already sent: the client's stop() drops it, and then it comes again only after
 * ackWait. Only the subscription itself can be drained, and the client keeps that to itself.
 */
async function drain(messages: ConsumerMessages): Promise<void> {
  const subscription: unknown = Reflect.get(messages, 'sub');
  if (!isSubscription(subscription) || subscription.isClosed()) return;
  let timer: NodeJS.Timeout | undefined;
  // While disconnected nothing arrives, and draining would last until the connection is back.
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_TIMEOUT_MS);
  });
  await Promise.race([subscription.drain().catch(() => undefined), late]);
  clearTimeout(timer);
}

function isSubscription(value: unknown): value is Subscription {
  return typeof value === 'object' && value !== null && 'drain' in value && 'isClosed' in value;
}
