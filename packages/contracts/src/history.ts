import { z } from 'zod';

/**
 * What a profile takes over of what its phone has kept from before the link. NONE: nothing. RECENT: what WhatsApp hands over
 * to every linked device, some months at most. FULL: everything that the phone has.
 */
export const historyModes = ['NONE', 'RECENT', 'FULL'] as const;
export const historyModeSchema = z.enum(historyModes);
export type HistoryMode = z.infer<typeof historyModeSchema>;

/**
 * Without a word of the customer: enough to answer who writes next, and a bounded cost for whoever links a number with twenty
 * years of messages on it.
 */
export const defaultHistoryBounds = { days: 30, messagesPerChat: 200 } as const;

const mode = historyModeSchema.describe(
  'NONE takes nothing over, RECENT what WhatsApp gives every linked device, FULL all that the phone has. FULL must be set before the number is linked: the phone is asked while it links.',
);
const days = z
  .int()
  .min(1)
  .max(36_500)
  .nullable()
  .describe('Older messages are left out. Null: 30 days with RECENT, no bound with FULL.');
const messagesPerChat = z
  .int()
  .min(1)
  .max(1_000_000)
  .nullable()
  .describe('Of each chat the newest so many. Null: 200 with RECENT, no bound with FULL.');

/** As a profile keeps it. */
export const historySettingsSchema = z.object({
  mode: mode.default('RECENT'),
  days: days.default(null),
  messagesPerChat: messagesPerChat.default(null),
});
export type HistorySettings = z.infer<typeof historySettingsSchema>;

export const updateHistorySettingsSchema = z.strictObject({
  mode: mode.optional(),
  days: days.optional(),
  messagesPerChat: messagesPerChat.optional(),
});

/** What a chunk of history holds, by WhatsApp's names. */
export const historyPhases = [
  'INITIAL_BOOTSTRAP',
  'INITIAL_STATUS_V3',
  'FULL',
  'RECENT',
  'PUSH_NAME',
  'NON_BLOCKING_DATA',
  'ON_DEMAND',
] as const;
export const historyPhaseSchema = z.enum(historyPhases);
export type HistoryPhase = z.infer<typeof historyPhaseSchema>;

export const historyStates = ['NOT_STARTED', 'STARTED', 'RUNNING', 'COMPLETE'] as const;
export const historyStateSchema = z.enum(historyStates);
export type HistoryState = z.infer<typeof historyStateSchema>;

/** How far the import has come. */
export const historyProgressSchema = z.object({
  state: historyStateSchema.describe('NOT_STARTED until the phone has handed over the first chunk.'),
  mode: historyModeSchema,
  phase: historyPhaseSchema.nullable().describe('What the last chunk held, by WhatsApp’s name.'),
  progress: z.int().min(0).max(100).describe('In percent, as the phone counts it.'),
  messages: z.int().describe('Imported since the number was linked; those that were here already are not counted.'),
  chats: z.int().describe('Conversations that the import has made.'),
  contacts: z.int().describe('Contacts that the import has made.'),
  failedChunks: z.int().describe('Chunks that could not be fetched or read.'),
});
export type HistoryProgress = z.infer<typeof historyProgressSchema>;

/** `GET /profiles/{id}/history`. */
export const historyViewSchema = historyProgressSchema
  .extend({
    startedAt: z.string().nullable(),
    updatedAt: z.string().nullable(),
    completedAt: z.string().nullable(),
  })
  .meta({ id: 'ProfileHistory' });
export type HistoryView = z.infer<typeof historyViewSchema>;
