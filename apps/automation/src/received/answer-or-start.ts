import { lastMessageVariable, timing } from '@multiwa/contracts';
import {
  appendEvents,
  contactRuns,
  type Database,
  isAutomaticMessage,
  liveAutomations,
  lockAskingRuns,
  lockContactRuns,
  presentContactId,
  startRun,
  wasHandled,
} from '@multiwa/db';
import { chooseAutomation, type FlowCandidate, keptValue, newId, nodeOf } from '@multiwa/domain';
import type { Flows } from '../flows.js';
import { endedEvent, startedEvent } from '../run-events.js';
import { advance, type RunState, type Transaction } from '../runs/advance.js';
import type { ReceivedMessage } from './received-message.js';

const { loopWindowMs } = timing.automation;

export type ReceivedOutcome =
  | 'answered'
  | 'started'
  | 'handled_before'
  | 'automatic'
  | 'active'
  | 'no_match'
  | 'bot_loop'
  | 'overtaken';

export interface Received {
  outcome: ReceivedOutcome;
  runId?: string;
  /** Set when events were appended. */
  hasEvents?: true;
}

export interface AnswerDeps {
  database: Pick<Database, 'transaction'>;
  flows: Flows;
}

/**
 * What a received message does: it answers the latest question that this contact was asked and has not answered; else
 * it starts the flow that it triggers; else nothing. Exactly once, however often it is delivered: one transaction, in
 * which no other message of the contact is handled.
 */
export function answerOrStart({ database, flows }: AnswerDeps, told: ReceivedMessage): Promise<Received> {
  return database.transaction(async (tx) => {
    const message = { ...told, contactId: await presentContactId(tx, told) };
    await lockContactRuns(tx, message);
    if (await wasHandled(tx, message, { id: message.eventId, at: message.at })) return { outcome: 'handled_before' };
    // Two profiles of this gateway would answer one another for ever.
    if (await isAutomaticMessage(tx, message.waMessageId, message.sender)) return { outcome: 'automatic' };
    return (await answer(tx, flows, message)) ?? (await start(tx, flows, message));
  });
}

/** A question is answered by what was written after it was asked. */
async function answer(tx: Transaction, flows: Flows, message: ReceivedMessage): Promise<Received | undefined> {
  if (message.content.type !== 'TEXT') return undefined;
  const asking = await lockAskingRuns(tx, message);
  const run = asking.find(({ updatedAt }) => updatedAt <= message.at);
  if (!run) return undefined;
  const flow = await flows.get(tx, run.automationId, run.version);
  const node = nodeOf(flow, run.nodeId);
  const said = keptValue(message.content.text);
  const state: RunState = await advance(tx, run, flow, {
    ending: { way: 'answered' },
    detail: { eventId: message.eventId },
    variables: { [lastMessageVariable]: said, ...(node?.kind === 'ask' && { [node.saveAs]: said }) },
    chat: message.chat,
    claimMs: null,
  });
  return { outcome: 'answered', runId: run.id, ...(state !== 'RUNNING' && { hasEvents: true }) };
}

async function start(tx: Transaction, flows: Flows, message: ReceivedMessage): Promise<Received> {
  const { workspaceId, profileId, contactId, chat, eventId, content } = message;
  const candidates: FlowCandidate[] = [];
  for (const { id: automationId, ...live } of await liveAutomations(tx, workspaceId, profileId)) {
    const { trigger } = await flows.get(tx, automationId, live.version);
    candidates.push({ automationId, trigger, ...live });
  }
  if (candidates.length === 0) return { outcome: 'no_match' };
  const history = await contactRuns(tx, message, loopWindowMs);
  const choice = chooseAutomation(
    candidates,
    {
      automations: new Map(history.map((runs) => [runs.automationId, runs])),
      recentRuns: history.reduce((sum, { recent }) => sum + recent, 0),
    },
    message,
  );
  if (!('candidate' in choice)) return choice;
  // One record of a loop is enough; every message of it would be as many rows and events as messages.
  if (choice.outcome === 'bot_loop' && history.some(({ wasRefused }) => wasRefused)) return { outcome: 'bot_loop' };

  const { automationId, version } = choice.candidate;
  const flow = await flows.get(tx, automationId, version);
  const run = { id: newId(), workspaceId, automationId, version, profileId, contactId, chat };
  const failureCode = choice.outcome === 'bot_loop' ? choice.outcome : null;
  const isStarted = await startRun(tx, {
    ...run,
    nodeId: flow.start,
    variables: { [lastMessageVariable]: content.type === 'TEXT' ? keptValue(content.text) : '' },
    triggerEventId: eventId,
    traceparent: message.traceparent,
    failureCode,
  });
  if (!isStarted) return { outcome: 'overtaken' };
  const told = failureCode === null ? startedEvent(tx, run) : endedEvent(tx, run, 'FAILED', failureCode);
  await appendEvents(tx, [await told]);
  return { outcome: failureCode ?? 'started', runId: run.id, hasEvents: true };
}
