import { type Content, type Trigger, timing } from '@multiwa/contracts';
import { matches } from './match.js';

/** A published and enabled flow that a message may start. */
export interface FlowCandidate {
  automationId: string;
  version: number;
  trigger: Trigger;
  priority: number;
  cooldownSeconds: number;
  createdAt: Date;
}

/** What is known of the runs of one contact. */
export interface RunHistory {
  /** By automation. */
  automations: ReadonlyMap<string, { isActive: boolean /** Since the last one was started. */; ageMs: number }>;
  /** Started within timing.automation.loopWindowMs, over all automations. */
  recentRuns: number;
}

export interface ReceivedText {
  content: Content;
  firstOfContact: boolean;
}

export type Choice<C> = { outcome: 'start' | 'bot_loop'; candidate: C } | { outcome: 'active' | 'no_match' };

/**
 * Which flow a message starts: of those that match, the one of the highest priority, among equals the oldest. One that
 * is cooling down for the contact counts as not matching. One that the contact is in already starts nothing, and
 * nothing else does either: the contact is being served.
 */
export function chooseAutomation<C extends FlowCandidate>(
  candidates: readonly C[],
  { automations, recentRuns }: RunHistory,
  message: ReceivedText,
): Choice<C> {
  for (const candidate of candidates.toSorted(byRank)) {
    if (!isTriggered(candidate.trigger, message)) continue;
    const last = automations.get(candidate.automationId);
    if (last?.isActive) return { outcome: 'active' };
    if (last && last.ageMs < candidate.cooldownSeconds * 1_000) continue;
    return { outcome: recentRuns < timing.automation.runsPerWindow ? 'start' : 'bot_loop', candidate };
  }
  return { outcome: 'no_match' };
}

/** A message without text, such as a picture, matches only what matches anything. */
function isTriggered(trigger: Trigger, { content, firstOfContact }: ReceivedText): boolean {
  if (trigger.kind === 'first_message') return firstOfContact;
  if (trigger.match.how === 'any') return true;
  return content.type === 'TEXT' && matches(content.text, trigger.match);
}

function byRank(a: FlowCandidate, b: FlowCandidate): number {
  return (
    b.priority - a.priority ||
    a.createdAt.getTime() - b.createdAt.getTime() ||
    (a.automationId < b.automationId ? -1 : 1)
  );
}
