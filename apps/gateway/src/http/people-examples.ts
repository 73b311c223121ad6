import type { optOutChangeSchema, optOutSchema } from '@multiwa/contracts';
import type { z } from 'zod';

const at = '2026-11-23T05:00:00.000Z';
const person = { phone: '6281234567890', lid: '987654321098765' };

const optOut: z.output<typeof optOutSchema> = {
  id: 'cmh3k2v1x000bqzrm5s2tu6vw',
  ...person,
  reason: 'Answered STOP on 3 November',
  createdAt: at,
};

const optOutChange: z.output<typeof optOutChangeSchema> = {
  id: 'cmh3k2v1x000cqzrm5s2tu6vw',
  action: 'ADDED',
  ...person,
  reason: 'Answered STOP on 3 November',
  apiKeyId: 'cmh3k2v1x0005qzrm2y8za6bc',
  createdAt: at,
};

export const peopleExamples: Readonly<Record<string, unknown>> = { OptOut: optOut, OptOutChange: optOutChange };
