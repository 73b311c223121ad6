import type { Bus } from '@multiwa/bus';
import { CodedError, type EngineWorkerView, subjects, timing } from '@multiwa/contracts';
import type { KnownWorker } from '@multiwa/db';
import type { Logger } from '@multiwa/runtime';
import type { Caller } from '../auth/authenticate.js';
import { viewWorker } from '../views/engine-views.js';

export interface EngineWorkersDeps {
  list(aliveMs: number): Promise<KnownWorker[]>;
  /** Undefined when there is no such worker. */
  requestDrain(workerId: string, wanted: boolean, aliveMs: number): Promise<KnownWorker | undefined>;
  bus: Pick<Bus, 'nudge'>;
  logger: Pick<Logger, 'info'>;
}

/** The operator's view of the workers, of all workspaces together; who is no operator does not get this far. */
export function makeEngineWorkers({ list, requestDrain, bus, logger }: EngineWorkersDeps) {
  const aliveMs = timing.lease.ttlMs;

  return {
    async list(): Promise<{ items: EngineWorkerView[] }> {
      return { items: (await list(aliveMs)).map(viewWorker) };
    },

    /** Empties a worker that stays up, or takes it back into service; asking twice asks once, and wakes it again. */
    async drain({ apiKeyId }: Caller, workerId: string, wanted: boolean): Promise<EngineWorkerView> {
      const worker = await requestDrain(workerId, wanted, aliveMs);
      if (!worker) throw new CodedError('worker_not_found');
      bus.nudge(subjects.nudge.workers(worker.network));
      logger.info({ workerId, apiKeyId, drainRequested: wanted }, 'An operator asked something of a worker');
      return viewWorker(worker);
    },
  };
}
export type EngineWorkers = ReturnType<typeof makeEngineWorkers>;
