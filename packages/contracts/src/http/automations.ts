import { z } from 'zod';
import { chatSchema, identitySchema } from '../addresses.js';
import { exampleFlow, flowSchema, runFailureSchema } from '../flow.js';
import { idSchema } from '../ids.js';
import { pageQuerySchema } from './paging.js';

export const createAutomationSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    profileId: idSchema
      .nullable()
      .optional()
      .describe('Only this profile; null or absent: all profiles of the workspace.'),
    flow: flowSchema,
    cooldownSeconds: z
      .number()
      .int()
      .min(0)
      .max(30 * 24 * 3600)
      .default(0)
      .describe('A contact enters the flow again only after this.'),
    priority: z.number().int().min(-1000).max(1000).default(0).describe('The highest matching one runs.'),
  })
  .meta({ id: 'CreateAutomation', example: { name: 'Opening hours', flow: exampleFlow, cooldownSeconds: 60 } });

export const updateAutomationSchema = createAutomationSchema
  .extend({
    cooldownSeconds: z
      .number()
      .int()
      .min(0)
      .max(30 * 24 * 3600),
    priority: z.number().int().min(-1000).max(1000),
  })
  .partial()
  .meta({ id: 'UpdateAutomation', example: { name: 'Opening hours' } });

export const automationSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    profileId: idSchema.nullable(),
    enabled: z.boolean(),
    flow: flowSchema.describe('The draft; runs use the published version.'),
    publishedVersion: z.number().int().nullable(),
    cooldownSeconds: z.number().int(),
    priority: z.number().int(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Automation' });

export const runStatusSchema = z.enum(['RUNNING', 'WAITING', 'COMPLETED', 'FAILED', 'CANCELLED']);

export const automationRunSchema = z
  .object({
    id: idSchema,
    automationId: idSchema,
    version: z.number().int(),
    profileId: idSchema,
    contactId: idSchema,
    chat: chatSchema,
    peer: identitySchema.nullable().describe('The person, by phone and LID as far as both are known.'),
    status: runStatusSchema,
    nodeId: z.string(),
    step: z.number().int(),
    variables: z.record(z.string(), z.string()),
    wakeAt: z.string().nullable(),
    failure: z.object({ code: runFailureSchema, sentence: z.string() }).nullable(),
    createdAt: z.string(),
    endedAt: z.string().nullable(),
  })
  .meta({ id: 'AutomationRun' });

export const automationRunStepSchema = z
  .object({
    step: z.number().int(),
    nodeId: z.string(),
    kind: z.string(),
    outcome: z.string().describe('The way out that was taken; of an end, "end".'),
    detail: z.record(z.string(), z.unknown()),
    startedAt: z.string(),
    endedAt: z.string(),
  })
  .meta({ id: 'AutomationRunStep' });

export const automationRunWithStepsSchema = automationRunSchema
  .extend({ steps: z.array(automationRunStepSchema).describe('In their order; at most the first 1,000.') })
  .meta({ id: 'AutomationRunWithSteps' });

export const listRunsQuerySchema = pageQuerySchema.extend({
  status: runStatusSchema.optional(),
  contactId: idSchema.optional(),
});
