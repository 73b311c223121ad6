import { connect, Events, type NatsConnection } from 'nats';
import { NatsBus } from './nats-bus.js';
import { provision } from './provision.js';
import type { StartSpan } from './tracing.js';
import type { Bus, BusLogger } from './types.js';

const RECONNECT_WAIT_MS = 250;
const PING_EVERY_MS = 10_000;
const PROVISION_ATTEMPTS = 20;
const PROVISION_PAUSE_MS = 500;

export interface BusOptions {
  /** nats://host:port, with user:password@ before the host where the server wants it; several with commas. */
  url: string;
  /** Shown by the server's monitoring, and in errors. */
  name: string;
  logger?: BusLogger;
  /** Makes the spans of messages that belong to a trace; without it their context only passes through. */
  startSpan?: StartSpan;
  /** The connection ended for good. Nothing works any more; the process should end. */
  onFatal?(error: Error): void;
}

const silent: BusLogger = { debug() {}, info() {}, warn() {}, error() {} };

/** Connects, waiting until the server is there, and brings streams and consumers in line with the catalog. */
export async function connectBus({ url, name, logger = silent, startSpan, onFatal }: BusOptions): Promise<Bus> {
  // An object of its own: the client changes it.
  const { servers, user, pass } = natsAddress(url);
  const connection = await connect({
    servers,
    user,
    pass,
    name,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    pingInterval: PING_EVERY_MS,
    maxPingOut: 2,
    noAsyncTraces: true,
  });
  try {
    const manager = await connection.jetstreamManager({ checkAPI: false });
    await retry(() => provision(manager, logger));
    const bus = new NatsBus(connection, manager, logger, { startSpan, servers });
    void watchStatus(connection, bus, logger);
    void connection.closed().then((cause) => {
      bus.disconnected();
      if (!bus.closing) onFatal?.(cause instanceof Error ? cause : new Error('the connection to NATS was closed'));
    });
    return bus;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The client takes no user from an address. */
function natsAddress(url: string): { servers: string[]; user?: string; pass?: string } {
  const parts = url.split(',').map((each) => new URL(each));
  const login = parts.find(({ username }) => username !== '');
  const servers = parts.map(({ protocol, host }) => `${protocol}//${host}`);
  if (!login) return { servers };
  return { servers, user: decodeURIComponent(login.username), pass: decodeURIComponent(login.password) };
}

/** JetStream may need a moment longer than the server it is part of. */
async function retry(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === PROVISION_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, PROVISION_PAUSE_MS));
    }
  }
}

async function watchStatus(connection: NatsConnection, bus: NatsBus, logger: BusLogger): Promise<void> {
  for await (const { type, data } of connection.status()) {
    if (type === Events.Disconnect) {
      bus.disconnected();
      logger.warn({ server: data }, 'The connection to NATS is lost; connecting again');
    } else if (type === Events.Reconnect) {
      bus.reconnected();
      logger.info({ server: data }, 'The connection to NATS is back');
    } else if (type === Events.Error) {
      logger.error({ error: data }, 'NATS reported an error');
    }
  }
}
