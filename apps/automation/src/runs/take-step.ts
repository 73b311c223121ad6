import { type FlowNode, lastMessageVariable, timing } from '@multiwa/contracts';
import { type Database, keepClaim, type LockedRun, lockClaimedRun, restRun, tagContact } from '@multiwa/db';
import { type FilledRequest, fillRequest, type HttpNode, matches, nodeOf } from '@multiwa/domain';
import type { Flows } from '../flows.js';
import { type Advance, advance, type RunState, type Transaction, variablesOfRun } from './advance.js';
import { flowValues } from './flow-values.js';
import { acceptStepMessage, type RunCommand } from './send-step.js';

const { claimTtlMs } = timing.automation;

/** What came of a request that was made between two transactions. */
export interface RequestOutcome {
  /** The step it was made for. */
  step: number;
  ending: { way: 'ok' | 'failed' };
  detail: Record<string, unknown>;
  variables: Record<string, string>;
}

export type StepResult =
  /** The run has ended, was cancelled, or belongs to another driver. */
  | { state: 'gone' }
  /** It waits for its time or an answer. */
  | { state: 'rests'; command: RunCommand | undefined }
  /** A request is to be made before the step can be taken. */
  | { state: 'asks'; step: number; request: FilledRequest; node: HttpNode }
  | { state: RunState; kind: FlowNode['kind']; outcome: string; command: RunCommand | undefined };

type Doing = (Pick<Advance, 'ending' | 'detail' | 'variables'> & { command?: RunCommand | undefined }) | Pause;
type Pause = { rest: 'delay' | 'ask'; seconds: number; command?: RunCommand | undefined } | { request: HttpNode };

/**
 * Takes the step at which a claimed run stands, in one transaction: what it does, its record, and where the run stands
 * then exist together or not at all. Two drivers cannot both take it, since the row is locked and names its driver.
 */
export function takeStep(
  deps: { database: Pick<Database, 'transaction'>; flows: Flows },
  claim: { runId: string; token: string },
  made?: RequestOutcome,
): Promise<StepResult> {
  return deps.database.transaction(async (tx) => {
    const run = await lockClaimedRun(tx, claim.runId, claim.token);
    if (!run) return { state: 'gone' };
    const flow = await deps.flows.get(tx, run.automationId, run.version);
    const node = nodeOf(flow, run.nodeId) ?? { id: run.nodeId, kind: 'end' };
    const doing = await carryOut(tx, run, node, made);
    if ('request' in doing) {
      await keepClaim(tx, run.id, doing.request.timeoutSeconds * 1_000 + claimTtlMs);
      return {
        state: 'asks',
        step: run.step,
        node: doing.request,
        request: fillRequest(doing.request, flowValues(run)),
      };
    }
    if ('rest' in doing) {
      await restRun(tx, run.id, doing.rest, doing.seconds);
      return { state: 'rests', command: doing.command };
    }
    const { command, ...step } = doing;
    const state = await advance(tx, run, flow, { ...step, claimMs: claimTtlMs });
    return { state, kind: node.kind, outcome: outcomeOf(step.ending), command };
  });
}

/** What a step does in its own transaction. A run that was waiting is here because its time has come. */
async function carryOut(
  tx: Transaction,
  run: LockedRun,
  node: FlowNode,
  made: RequestOutcome | undefined,
): Promise<Doing> {
  switch (node.kind) {
    case 'end':
      return { ending: { end: 'COMPLETED' }, detail: {} };
    case 'delay':
      if (run.status === 'WAITING') return { ending: { way: 'next' }, detail: {} };
      return { rest: 'delay', seconds: node.seconds };
    case 'ask': {
      if (run.status === 'WAITING') return { ending: { way: 'timeout' }, detail: {} };
      const sent = await acceptStepMessage(tx, run, node);
      if ('failure' in sent) return { ending: { end: 'FAILED', code: sent.failure }, detail: {} };
      return { rest: 'ask', seconds: node.timeoutSeconds, command: sent.command };
    }
    case 'send_text': {
      const sent = await acceptStepMessage(tx, run, node);
      if ('failure' in sent) return { ending: { end: 'FAILED', code: sent.failure }, detail: {} };
      return { ending: { way: 'next' }, detail: { messageId: sent.messageId }, command: sent.command };
    }
    case 'condition':
      return { ending: { way: holds(run, node) ? 'yes' : 'no' }, detail: {} };
    case 'tag':
      if (run.contact === null) return { ending: { end: 'FAILED', code: 'contact_gone' }, detail: {} };
      await tagContact(tx, run.contactId, node.add, node.remove);
      return { ending: { way: 'next' }, detail: { add: node.add, remove: node.remove } };
    case 'http_request':
      return made?.step === run.step ? made : { request: node };
  }
}

function holds(run: LockedRun, { subject, name = '', match }: Extract<FlowNode, { kind: 'condition' }>): boolean {
  if (subject === 'tag') return run.contact?.tags.includes(name) ?? false;
  const variables = variablesOfRun(run);
  const key = subject === 'last_message' ? lastMessageVariable : name;
  const value = Object.hasOwn(variables, key) ? variables[key] : undefined;
  return value !== undefined && match !== undefined && matches(value, match);
}

function outcomeOf(ending: Advance['ending']): string {
  if ('way' in ending) return ending.way;
  return ending.end === 'FAILED' ? ending.code : 'end';
}
