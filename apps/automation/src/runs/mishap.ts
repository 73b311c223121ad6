import { timing } from '@multiwa/contracts';
import { type Database, errorCode, handBackRun, lockClaimedRun } from '@multiwa/db';
import type { Logger } from '@multiwa/runtime';
import type { Flows } from '../flows.js';
import { advance } from './advance.js';
import type { RunClaim } from './drive-run.js';

const { retryMs, giveUpAfterMs } = timing.automation;

/**
 * A step could not be taken because of an error on our side, most likely one that passes. It is tried again after a
 * pause, so that it holds up no other run; a run that got nowhere for long ends. Never throws: what cannot be written
 * now is due again when the claim runs out.
 */
export async function mishap(
  { database, flows, logger }: { database: Pick<Database, 'transaction' | 'pool'>; flows: Flows; logger: Logger },
  { runId, token }: RunClaim,
  error: unknown,
): Promise<void> {
  logger.error({ err: error, code: errorCode(error), runId }, 'A step failed and is tried again');
  try {
    const isOver = await database.transaction(async (tx) => {
      const run = await lockClaimedRun(tx, runId, token);
      const dueAt = run?.wakeAt ?? new Date();
      if (!run || Date.now() - dueAt.getTime() < giveUpAfterMs) return false;
      const flow = await flows.get(tx, run.automationId, run.version);
      await advance(tx, run, flow, { ending: { end: 'FAILED', code: 'internal_error' }, detail: {}, claimMs: null });
      return true;
    });
    if (!isOver) await handBackRun(database.pool, runId, token, retryMs);
  } catch (cause) {
    logger.warn({ err: cause, runId }, 'A run is left to its claim');
  }
}
