import { eventsStream, type SubscriberAccess, subscriberName, subscriberSubject } from '@multiwa/contracts';
import { AckPolicy, connect, DeliverPolicy, type JetStreamManager, nanos } from 'nats';
import { deleteConsumer } from './consumer-names.js';
import { apiErrorCode, CONSUMER_NOT_FOUND } from './provision.js';

const ACK_WAIT_MS = 10_000;
const MAX_ACK_PENDING = 1_000;
const LOGIN_TIMEOUT_MS = 1_000;

/** Makes a subscriber's durable consumer, if it is missing. */
export async function ensureSubscriber(
  manager: JetStreamManager,
  subscriber: SubscriberAccess & { fromOldest: boolean },
): Promise<void> {
  const name = subscriberName(subscriber);
  try {
    await manager.consumers.info(eventsStream.name, name);
    return;
  } catch (error) {
    if (apiErrorCode(error) !== CONSUMER_NOT_FOUND) throw error;
  }
  await manager.consumers.add(eventsStream.name, {
    durable_name: name,
    filter_subject: subscriberSubject(subscriber),
    ack_policy: AckPolicy.Explicit,
    deliver_policy: subscriber.fromOldest ? DeliverPolicy.All : DeliverPolicy.New,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: MAX_ACK_PENDING,
    max_deliver: -1,
  });
}

/** Forgets how far a subscriber has read. */
export function removeSubscriber(manager: JetStreamManager, id: string): Promise<void> {
  return deleteConsumer(manager, eventsStream.name, subscriberName({ id }));
}

/** Whether the server at `servers` lets this user in. */
export async function acceptsLogin(servers: string[], user: string, pass: string): Promise<boolean> {
  try {
    const options = { servers, user, pass, reconnect: false, timeout: LOGIN_TIMEOUT_MS, name: 'login check' };
    await (await connect(options)).close();
    return true;
  } catch {
    return false;
  }
}
