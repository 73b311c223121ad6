import { z } from 'zod';
import { eventEnvelopeSchema } from '../bus/events.js';
import { eventFilterListSchema } from '../event-filter.js';
import { cursorSchema } from '../ids.js';

const after = cursorSchema.describe('Only events behind this cursor.');

export const streamEventsQuerySchema = z.strictObject({
  types: eventFilterListSchema.optional(),
  after: after.optional().describe('As Last-Event-ID, for clients that cannot set headers; the header wins.'),
});

export const listEventsQuerySchema = z.strictObject({
  types: eventFilterListSchema.optional(),
  after: after
    .optional()
    .describe('The nextCursor of the page before. Without it, from the oldest event that is kept.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const eventPageSchema = z
  .object({
    items: z.array(z.object({ cursor: z.string(), event: eventEnvelopeSchema })),
    nextCursor: z
      .string()
      .describe('Poll with it next time. It moves on also when nothing fits the filter, so keep the newest one.'),
  })
  .meta({ id: 'EventPage' });
