import type { Bus } from '@multiwa/bus';
import { subjects } from '@multiwa/contracts';
import { appendEvents, countRecipients, type Database, saveCounts } from '@multiwa/db';
import { broadcastEvent, readFrozen } from '@multiwa/domain';

export interface ReportProgressDeps {
  database: Pick<Database, 'transaction' | 'pool' | 'prisma'>;
  bus: Pick<Bus, 'nudge'>;
  owner: string;
}

/** Announces how far the broadcasts of this owner have come: those whose counts have changed since the last time. */
export function makeReportProgress({ database, bus, owner }: ReportProgressDeps) {
  return async function reportProgress(): Promise<void> {
    const where = { claimedBy: owner, status: 'RUNNING' as const };
    const select = { id: true, workspaceId: true, profileId: true, frozen: true };
    const mine = await database.prisma.broadcast.findMany({ where, select });
    if (mine.length === 0) return;
    const counts = await countRecipients(
      database.pool,
      mine.map(({ id }) => id),
    );
    for (const broadcast of mine) {
      const now = counts.get(broadcast.id) ?? {};
      const isNews = await database.transaction(async (tx) => {
        if (!(await saveCounts(tx, broadcast.id, owner, now))) return false;
        await appendEvents(tx, [
          broadcastEvent('broadcast.progress', broadcast, 'RUNNING', now, readFrozen(broadcast)),
        ]);
        return true;
      });
      if (isNews) bus.nudge(subjects.nudge.outbox);
    }
  };
}
