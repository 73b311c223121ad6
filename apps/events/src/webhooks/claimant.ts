import { timing } from '@multiwa/contracts';
import { claimantRole, type Database, freeDeadClaims, type Leadership, tryToLead } from '@multiwa/db';
import { type Logger, poller, type Running } from '@multiwa/runtime';

const { aliveEveryMs, aliveLeaseMs } = timing.webhooks;

/**
 * Shows others that this replica lives, and frees what dead ones had claimed: a killed one is known by its session of
 * the database, which ends with it, so that its deliveries do not wait for their claims to run out.
 */
export async function startClaimant(
  { database, logger }: { database: Pick<Database, 'pool'>; logger: Logger },
  claimedBy: string,
  onFreed: () => void,
): Promise<Running> {
  const show = () => tryToLead(database.pool, claimantRole(claimedBy), aliveLeaseMs);
  let alive: Leadership | undefined = await show();
  const rounds = poller(
    aliveEveryMs,
    async () => {
      if (!(await alive?.renew())) alive = await show();
      const freed = await freeDeadClaims(database.pool);
      if (freed === 0) return;
      logger.info({ freed }, 'Deliveries of a replica that is gone are due again');
      onFreed();
    },
    { name: 'webhook claims', logger },
  );
  return {
    async stop() {
      await rounds.stop();
      await alive?.release();
    },
  };
}
