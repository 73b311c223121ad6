import {
  type automationRunSchema,
  type automationRunStepSchema,
  type automationRunWithStepsSchema,
  type automationSchema,
  exampleFlow,
  flowSchema,
} from '@multiwa/contracts';
import type { z } from 'zod';

const at = '2026-11-23T05:00:00.000Z';
const later = '2026-11-23T05:00:07.412Z';

const automation: z.output<typeof automationSchema> = {
  id: 'cmh3k2v1x000aqzrm3f6gh7jk',
  name: 'Opening hours',
  profileId: null,
  enabled: true,
  flow: flowSchema.parse(exampleFlow),
  publishedVersion: 2,
  cooldownSeconds: 60,
  priority: 0,
  createdAt: at,
  updatedAt: at,
};

const run: z.output<typeof automationRunSchema> = {
  id: 'cmh3k2v1x000bqzrm8k1lm2np',
  automationId: automation.id,
  version: 2,
  profileId: 'cmh3k2v1x0000qzrm5t9ab3de',
  contactId: 'cmh3k2v1x0003qzrm9n3pq5rs',
  chat: '6281234567890@s.whatsapp.net',
  peer: { phone: '6281234567890', lid: '198765432109876' },
  status: 'COMPLETED',
  nodeId: 'end',
  step: 3,
  variables: { last_message: 'Sunday', day: 'Sunday' },
  wakeAt: null,
  failure: null,
  createdAt: at,
  endedAt: later,
};

const step = (number: number, nodeId: string, kind: string, outcome: string, detail = {}) => {
  const startedAt = number === 0 ? at : later;
  const made: z.output<typeof automationRunStepSchema> = {
    step: number,
    nodeId,
    kind,
    outcome,
    detail,
    startedAt,
    endedAt: later,
  };
  return made;
};

const tagged = step(1, 'tag', 'tag', 'next', { add: ['asked-hours'], remove: [] });
const runWithSteps: z.output<typeof automationRunWithStepsSchema> = {
  ...run,
  steps: [
    step(0, 'ask', 'ask', 'answered', { eventId: 'cmh3k2v1x0006qzrm6d1ef9gh' }),
    tagged,
    step(2, 'end', 'end', 'end'),
  ],
};

export const automationExamples: Readonly<Record<string, unknown>> = {
  Automation: automation,
  AutomationRun: run,
  AutomationRunStep: tagged,
  AutomationRunWithSteps: runWithSteps,
};
