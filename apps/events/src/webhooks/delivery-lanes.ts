import { timing } from '@multiwa/contracts';
import {
  type ClaimedDelivery,
  claimDeliveries,
  type Database,
  endpointsWithDue,
  giveBackDeliveries,
} from '@multiwa/db';
import { type Logger, poller } from '@multiwa/runtime';
import type { AttemptDelivery } from './attempt-delivery.js';

export interface LanesDeps {
  database: Pick<Database, 'pool'>;
  attempt: AttemptDelivery;
  claimedBy: string;
  logger: Logger;
}

export interface Lanes {
  /** Something may be due for these endpoints. */
  wake(endpointIds: readonly string[]): void;
  /** Something may be due for any endpoint. */
  poll(): void;
  stop(): Promise<void>;
}

interface Lane {
  /** Ids of the deliveries under way. */
  running: Set<string>;
  /** As the endpoint wants it; known once something of it was claimed. */
  atOnce: number;
  failing: boolean;
  claiming: boolean;
  /** Something may have become due while claiming. */
  again: boolean;
}

const { pollEveryMs, claimMs, atOncePerEndpoint, atOnceWhileFailing, drainMs } = timing.webhooks;

const atRest = () => ({ atOnce: atOncePerEndpoint, failing: false, claiming: false, again: false });

/**
 * A lane for each endpoint, so that none waits for another: a lane claims only what it can start at once, and narrows
 * while its endpoint fails, so that a dead one costs one waiting connection.
 */
export function startLanes({ database, attempt, claimedBy, logger }: LanesDeps): Lanes {
  const lanes = new Map<string, Lane>();
  let stopping = false;
  let whenIdle = () => {};

  const wakeOne = (endpointId: string): void => {
    if (stopping) return;
    const lane = lanes.get(endpointId) ?? { ...atRest(), running: new Set<string>() };
    lanes.set(endpointId, lane);
    if (lane.claiming) lane.again = true;
    else void claim(endpointId, lane);
  };

  const claim = async (endpointId: string, lane: Lane): Promise<void> => {
    lane.claiming = true;
    try {
      let filled: boolean;
      do {
        // Attempts that are recorded together end in one turn of the event loop: what follows them is claimed at once.
        await new Promise(setImmediate);
        lane.again = false;
        const limit = (lane.failing ? atOnceWhileFailing : lane.atOnce) - lane.running.size;
        const claimed =
          limit > 0 ? await claimDeliveries(database.pool, { endpointId, limit, claimedBy, claimMs }) : [];
        if (stopping) await giveBack(claimed.map(({ id }) => id));
        else for (const delivery of claimed) void run(endpointId, lane, delivery);
        // A wider endpoint than was thought has room for more.
        const atOnce = claimed[0]?.maxConcurrency ?? lane.atOnce;
        if (atOnce > lane.atOnce) lane.again = true;
        lane.atOnce = atOnce;
        filled = limit <= 0;
      } while (lane.again && !filled && !stopping);
    } catch (error) {
      logger.error({ err: error, endpointId }, 'Deliveries could not be claimed: the next poll tries again');
    } finally {
      lane.claiming = false;
      settle(endpointId, lane);
    }
  };

  const run = async (endpointId: string, lane: Lane, delivery: ClaimedDelivery): Promise<void> => {
    lane.running.add(delivery.id);
    try {
      lane.failing = (await attempt(delivery)) !== 'delivered';
    } catch (error) {
      // Not recorded: it comes again when the claim runs out.
      logger.error({ err: error, endpointId, deliveryId: delivery.id }, 'An attempt could not be recorded');
    } finally {
      lane.running.delete(delivery.id);
      settle(endpointId, lane);
      if (!stopping) wakeOne(endpointId);
    }
  };

  /** Forgets a lane that is at rest, unless its endpoint fails, which is worth remembering. */
  const settle = (endpointId: string, lane: Lane): void => {
    if (lane.running.size > 0 || lane.claiming) return;
    if (stopping || !lane.failing) lanes.delete(endpointId);
    if (stopping && lanes.size === 0) whenIdle();
  };

  const giveBack = (ids: readonly string[]) =>
    giveBackDeliveries(database.pool, claimedBy, ids).catch((error: unknown) =>
      logger.warn({ err: error, deliveries: ids.length }, 'Deliveries wait for their claim to run out'),
    );

  const polls = poller(
    pollEveryMs,
    async () => {
      for (const endpointId of await endpointsWithDue(database.pool)) wakeOne(endpointId);
    },
    { name: 'webhooks', logger },
  );

  return {
    wake(endpointIds) {
      for (const endpointId of endpointIds) wakeOne(endpointId);
    },
    poll: () => polls.poke(),
    async stop() {
      stopping = true;
      await polls.stop();
      for (const [endpointId, lane] of [...lanes]) settle(endpointId, lane);
      if (lanes.size > 0) await withinMs(drainMs, new Promise<void>((resolve) => (whenIdle = resolve)));
      await giveBack([...lanes.values()].flatMap(({ running }) => [...running]));
    },
  };
}

async function withinMs(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
