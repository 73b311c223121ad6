import type { Bus } from '@multiwa/bus';
import { subjects, timing } from '@multiwa/contracts';
import { type ClaimedRun, claimDueRuns } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { poller } from '@multiwa/runtime';
import { type DriveDeps, driveRun, type RunClaim } from './drive-run.js';
import { mishap } from './mishap.js';

const { runsAtOnce, claimTtlMs, pollEveryMs } = timing.automation;

export interface RunPool {
  /** Something is due: it is taken here, or by a replica that has hands free. */
  poke(): void;
  /** Takes no more runs, and waits until those at work are handed back. */
  stop(): Promise<void>;
}

export interface RunPoolDeps extends Omit<DriveDeps, 'signal' | 'bus'> {
  bus: Pick<Bus, 'publishCommands' | 'nudge' | 'onNudge'>;
}

/**
 * Drives runs that are due, several at a time, in any number of replicas. Runs rest in the database only: what a killed
 * process held is due again when its claims run out.
 */
export function startRunPool(deps: RunPoolDeps): RunPool {
  const { database, bus, logger, metrics } = deps;
  const stopping = new AbortController();
  const driving = new Set<Promise<void>>();

  const drive = async (claim: RunClaim): Promise<void> => {
    try {
      await driveRun({ ...deps, signal: stopping.signal }, claim);
    } catch (error) {
      await mishap(deps, claim, error);
    }
  };

  const start = (run: ClaimedRun, token: string): void => {
    metrics.dueLag.observe(Math.max(0, run.lagMs));
    const work = drive({ runId: run.id, token }).finally(() => {
      driving.delete(work);
      metrics.driven.set(driving.size);
      rounds.poke();
    });
    driving.add(work);
    metrics.driven.set(driving.size);
  };

  const rounds = poller(
    pollEveryMs,
    async (signal) => {
      const free = runsAtOnce - driving.size;
      if (free === 0 || signal.aborted) return;
      // A token of its own: a driver that got stuck must not be mistaken for the one that took over, in one process.
      const token = newId();
      for (const run of await claimDueRuns(database.pool, token, claimTtlMs, free)) start(run, token);
    },
    { name: 'runs', logger },
  );
  const nudged = bus.onNudge(subjects.nudge.automations, () => rounds.poke());

  return {
    poke() {
      if (driving.size < runsAtOnce) rounds.poke();
      else bus.nudge(subjects.nudge.automations);
    },
    async stop() {
      nudged.stop();
      await rounds.stop();
      stopping.abort();
      await Promise.all(driving);
    },
  };
}
