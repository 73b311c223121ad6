import {
  type automationRunSchema,
  type automationRunStepSchema,
  type automationRunWithStepsSchema,
  type automationSchema,
  runFailureSchema,
  runFailures,
} from '@multiwa/contracts';
import type { Automation, AutomationRun, AutomationRunStep } from '@multiwa/db';
import type { z } from 'zod';
import type { WithPeer } from '../use-cases/peers.js';

export function viewAutomation(automation: Automation): z.output<typeof automationSchema> {
  return {
    id: automation.id,
    name: automation.name,
    profileId: automation.profileId,
    enabled: automation.enabled,
    flow: automation.draft as z.output<typeof automationSchema>['flow'],
    publishedVersion: automation.publishedVersion,
    cooldownSeconds: automation.cooldownSeconds,
    priority: automation.priority,
    createdAt: automation.createdAt.toISOString(),
    updatedAt: automation.updatedAt.toISOString(),
  };
}

export function viewRun(run: WithPeer<AutomationRun>): z.output<typeof automationRunSchema> {
  const failure = runFailureSchema.safeParse(run.failureCode);
  return {
    id: run.id,
    automationId: run.automationId,
    version: run.version,
    profileId: run.profileId,
    contactId: run.contactId,
    chat: run.chat,
    peer: run.peer,
    status: run.status,
    nodeId: run.nodeId,
    step: run.step,
    variables: run.variables as Record<string, string>,
    wakeAt: run.wakeAt?.toISOString() ?? null,
    failure: failure.success ? { code: failure.data, sentence: runFailures[failure.data] } : null,
    createdAt: run.createdAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
  };
}

export function viewRunWithSteps(
  run: WithPeer<AutomationRun> & { steps: AutomationRunStep[] },
): z.output<typeof automationRunWithStepsSchema> {
  return { ...viewRun(run), steps: run.steps.map(viewStep) };
}

function viewStep(step: AutomationRunStep): z.output<typeof automationRunStepSchema> {
  return {
    step: step.step,
    nodeId: step.nodeId,
    kind: step.kind,
    outcome: step.outcome,
    detail: step.detail as Record<string, unknown>,
    startedAt: step.startedAt.toISOString(),
    endedAt: step.endedAt.toISOString(),
  };
}
