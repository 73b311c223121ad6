import type { Bus } from '@multiwa/bus';
import { subjects, timing } from '@multiwa/contracts';
import { type Database, handBackRun, noteCommanded } from '@multiwa/db';
import type { Logger } from '@multiwa/runtime';
import type { Flows } from '../flows.js';
import type { RunMetrics } from '../run-metrics.js';
import { makeRequest, type RequestDeps } from './make-request.js';
import type { RunCommand } from './send-step.js';
import { type RequestOutcome, takeStep } from './take-step.js';

export interface DriveDeps extends RequestDeps {
  database: Pick<Database, 'transaction' | 'pool'>;
  bus: Pick<Bus, 'publishCommands' | 'nudge'>;
  flows: Flows;
  logger: Logger;
  metrics: RunMetrics;
  /** Aborted when the service stops: the run is handed back after its present step. */
  signal: AbortSignal;
}

export interface RunClaim {
  runId: string;
  token: string;
}

// Until then the sweep has handed over what could not be published, so that the messages of a run keep their order.
const afterSweepMs = timing.sweep.graceMs + 2 * timing.sweep.everyMs;

/** Takes the steps of a claimed run one after another, until it rests, ends, or is another driver's. */
export async function driveRun(deps: DriveDeps, claim: RunClaim): Promise<void> {
  const { signal, metrics, logger } = deps;
  let made: RequestOutcome | undefined;
  for (;;) {
    if (signal.aborted) return handBack(deps, claim, 0);
    const result = await takeStep(deps, claim, made);
    made = undefined;
    switch (result.state) {
      case 'gone':
        return;
      case 'asks':
        made = await unlessAborted(makeRequest(deps, claim.runId, result), signal);
        break;
      case 'rests':
        await publish(deps, result.command);
        return;
      default: {
        const { state, kind, outcome, command } = result;
        metrics.steps.inc({ kind, outcome });
        const isPublished = await publish(deps, command);
        if (state !== 'RUNNING') {
          metrics.runs.inc({ outcome: state === 'FAILED' ? outcome : 'completed' });
          logger.info({ runId: claim.runId, outcome: state, lastStep: outcome }, 'A run has ended');
          deps.bus.nudge(subjects.nudge.outbox);
          return;
        }
        if (!isPublished) return handBack(deps, claim, afterSweepMs);
      }
    }
  }
}

/** Hands an accepted message to its stream; what fails is left to the scheduler's sweep. */
async function publish({ bus, database, logger }: DriveDeps, command: RunCommand | undefined): Promise<boolean> {
  if (!command) return true;
  const { traceparent, ...payload } = command;
  const { messageId } = payload;
  const [result] = await bus.publishCommands([{ verb: 'send', payload, traceparent }]);
  if (!result?.ok) {
    logger.warn({ messageId, err: result?.error }, 'A message could not be handed over: the sweep tries again');
    return false;
  }
  await noteCommanded(database.pool, [messageId]);
  return true;
}

function handBack({ database }: DriveDeps, { runId, token }: RunClaim, pauseMs: number): Promise<void> {
  return handBackRun(database.pool, runId, token, pauseMs);
}

/** A service that stops does not wait for other people's servers: the next driver makes the request again. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
