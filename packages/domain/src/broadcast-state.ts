import { type BroadcastStatus, CodedError } from '@multiwa/contracts';

/** What can be done to a broadcast, by its owner (the first seven) or by the scheduler. */
export type BroadcastAction =
  | 'edit'
  | 'delete'
  | 'schedule'
  | 'start'
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'complete'
  | 'fail';

/** Where each action leads; `null`: the row goes. What is not listed cannot be done in that state. */
const ways: Record<BroadcastStatus, Partial<Record<BroadcastAction, BroadcastStatus | null>>> = {
  DRAFT: { edit: 'DRAFT', delete: null, schedule: 'SCHEDULED', start: 'RUNNING' },
  SCHEDULED: { schedule: 'SCHEDULED', start: 'RUNNING', cancel: 'CANCELLED', fail: 'FAILED' },
  RUNNING: { pause: 'PAUSED', cancel: 'CANCELLED', complete: 'COMPLETED', fail: 'FAILED' },
  PAUSED: { resume: 'RUNNING', cancel: 'CANCELLED', fail: 'FAILED' },
  COMPLETED: {},
  CANCELLED: {},
  FAILED: {},
};

const ofScheduler: ReadonlySet<string> = new Set(['complete', 'fail']);

/** The state after an action; null when the broadcast is then gone, undefined when it cannot be done. */
export function nextBroadcastStatus(
  status: BroadcastStatus,
  action: BroadcastAction,
): BroadcastStatus | null | undefined {
  return ways[status][action];
}

/** The same for a customer's call. @throws CodedError `state_conflict`, with what the state allows */
export function requireBroadcastAction(status: BroadcastStatus, action: BroadcastAction): BroadcastStatus | null {
  const next = nextBroadcastStatus(status, action);
  if (next !== undefined) return next;
  const allowed = Object.keys(ways[status]).filter((each) => !ofScheduler.has(each));
  const rest = allowed.length === 0 ? 'nothing more can be done with it' : `it allows: ${allowed.join(', ')}`;
  throw new CodedError('state_conflict', { detail: `The broadcast is ${status}; ${rest}.` });
}

/** Whether a broadcast in this state never changes it again. */
export function hasBroadcastEnded(status: BroadcastStatus): boolean {
  return Object.keys(ways[status]).length === 0;
}
