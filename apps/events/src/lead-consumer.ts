import type { Consumption } from '@multiwa/bus';
import { timing } from '@multiwa/contracts';
import { type Database, type Leadership, tryToLead } from '@multiwa/db';
import { type Logger, type Metrics, poller, type Running } from '@multiwa/runtime';

export interface LeadConsumerDeps {
  database: Pick<Database, 'pool'>;
  logger: Logger;
  metrics: Metrics;
}

const { pollEveryMs, leaseMs } = timing.leading;

/**
 * Consumes as the only replica, for as long as it leads in `role`; otherwise waits to take over. A killed leader is replaced
 * at once, a frozen one when its lease is over: what it still does when it thaws is what its successor does, in the
 * same order, and changes nothing twice (decision 0028).
 */
export function leadConsumer(
  { database, logger, metrics }: LeadConsumerDeps,
  role: string,
  consume: (onLost: () => void) => Promise<Consumption>,
): Running {
  const leads = metrics.gauge(`${role}_leader`, `Whether this replica is the one that consumes ${role}`);
  let leadership: Leadership | undefined;
  let consumption: Consumption | undefined;
  let lost = false;

  const giveUp = async (): Promise<void> => {
    await consumption?.stop();
    consumption = undefined;
  };

  const rounds = poller(
    pollEveryMs,
    async () => {
      if (leadership && !(await leadership.renew())) {
        leadership = undefined;
        logger.warn({ role }, 'Another replica may consume now');
        await giveUp();
      }
      leadership ??= await tryToLead(database.pool, role, leaseMs);
      leads.set(leadership ? 1 : 0);
      if (lost) await giveUp();
      if (!leadership || consumption) return;
      lost = false;
      consumption = await consume(() => {
        lost = true;
        rounds.poke();
      });
      logger.info({ role }, 'This replica consumes');
    },
    { name: `consumer ${role}`, logger },
  );

  return {
    async stop() {
      await rounds.stop();
      await giveUp();
      await leadership?.release();
    },
  };
}
