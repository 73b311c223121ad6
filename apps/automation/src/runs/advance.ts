import { type Flow, flowLimits, type RunFailure } from '@multiwa/contracts';
import { type AutomationRun, appendEvents, type Database, finishStep } from '@multiwa/db';
import { nextNode, nodeOf } from '@multiwa/domain';
import { endedEvent } from '../run-events.js';

export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/** How a step ended: by a way out, at the end of the flow, or not at all. */
export type Ending = { way: string } | { end: 'COMPLETED' } | { end: 'FAILED'; code: RunFailure };

export interface Advance {
  ending: Ending;
  detail: Readonly<Record<string, unknown>>;
  /** Changed or added. */
  variables?: Readonly<Record<string, string>>;
  chat?: string;
  /** How long the driver keeps the run; null gives it up. */
  claimMs: number | null;
}

/** Where a run stands after a step. */
export type RunState = 'RUNNING' | 'COMPLETED' | 'FAILED';

/** Records the step at which a run stands, moves it on, and tells when it has ended. The run must be locked by `tx`. */
export async function advance(
  tx: Transaction,
  run: AutomationRun,
  flow: Flow,
  { ending, detail, variables, chat = run.chat, claimMs }: Advance,
): Promise<RunState> {
  const kind = nodeOf(flow, run.nodeId)?.kind ?? 'end';
  const outcome = 'way' in ending ? ending.way : ending.end === 'FAILED' ? 'failed' : 'end';
  const next = 'way' in ending ? nextNode(flow, run.nodeId, ending.way) : undefined;
  const { status, failureCode } = standing(run, ending, next !== undefined);
  await finishStep(
    tx,
    run,
    { kind, outcome, detail: failureCode === null ? detail : { ...detail, failureCode } },
    {
      nodeId: next?.id ?? run.nodeId,
      status,
      failureCode,
      variables: { ...variablesOfRun(run), ...variables },
      chat,
      claimMs: status === 'RUNNING' ? claimMs : null,
    },
  );
  if (status !== 'RUNNING') {
    await appendEvents(tx, [await endedEvent(tx, { ...run, chat }, status, failureCode)]);
  }
  return status;
}

export function variablesOfRun({ variables }: Pick<AutomationRun, 'variables'>): Readonly<Record<string, string>> {
  return variables as Record<string, string>;
}

/** A sound flow has an edge for every way; where a way leads nowhere all the same, the flow is at its end. */
function standing(
  { step }: AutomationRun,
  ending: Ending,
  hasNext: boolean,
): { status: RunState; failureCode: RunFailure | null } {
  if ('end' in ending) return { status: ending.end, failureCode: ending.end === 'FAILED' ? ending.code : null };
  if (!hasNext) return { status: 'COMPLETED', failureCode: null };
  if (step + 1 >= flowLimits.stepsPerRun) return { status: 'FAILED', failureCode: 'too_many_steps' };
  return { status: 'RUNNING', failureCode: null };
}
