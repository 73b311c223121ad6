/** Bounds of this process. What several processes must agree on stands in the contracts. */
export const limits = {
  /** Larger than any text that is allowed, so that a text too long is answered with its field named. */
  bodyBytes: 2 * 1024 * 1024,
  /** How long a key or a profile may be served from memory; a nudge ends it at once. */
  cacheTtlMs: 5_000,
  cachedKeys: 10_000,
  cachedProfiles: 50_000,
  /** Times of last use are written this often, many in one statement. */
  recordUsesEveryMs: 10_000,
  /** Sends in one insert at most. */
  acceptBatch: 500,
  /** Profiles whose queues are counted in one statement at most. */
  countBatch: 1_000,
  /** How long a send's answer waits for the command stream; the row is durable before that. */
  publishWaitMs: 2_000,
  /** Changes of chats that are read and handed to the command stream at once. */
  chatCommandBatch: 100,
  /** Senders of this many messages are told when a conversation is read. */
  readAtOnce: 200,
  /** Chats whose presence one profile follows. */
  presenceSubscriptions: 200,
  /** Callers who wait for the outcome of their send; more are answered at once. */
  sendWaiters: 1_000,
  /** Outcomes of a profile that are remembered while somebody waits for one of them. */
  rememberedOutcomes: 1_000,
  /** The metrics of workers and queues are read this often. */
  fleetGaugesEveryMs: 15_000,
  /** Confirmations of the command stream are noted this often. */
  markCommandedEveryMs: 250,
  /** While the command stream is away: how often what waits for it is tried again. */
  republishEveryMs: 500,
  republishBatch: 500,
  /** Of an upload of recipients. */
  csvBytes: 32 * 1024 * 1024,
  csvRows: 100_000,
  csvLineLength: 64 * 1024,
  /** Keys of metadata that an export of contacts has columns for. */
  csvMetadataColumns: 90,
  /** Of a session file or folder; and how many of them this process takes in or gives out at the same time. */
  sessionFileBytes: 32 * 1024 * 1024,
  sessionFilesAtOnce: 4,
  /** Unless the operator sets another number. */
  lookupsPerDay: 500,
  /** Of a voice note that ffmpeg made, and how many previews of files are remembered. */
  voiceBytes: 64 * 1024 * 1024,
  keptPreviews: 200,
  /** Of fetching a file from a customer’s address: for all of it, and how long nothing may come. */
  mediaFetch: { timeoutMs: 60_000, idleTimeoutMs: 15_000 },
  sendAtMaxAheadMs: 366 * 24 * 60 * 60 * 1_000,
  /** As WhatsApp's own clients allow them; what is later a phone passes over. */
  editWithinMs: 15 * 60_000,
  deleteWithinMs: 48 * 60 * 60_000,
  /** The card of a link: for page and picture together, and what is read of them. */
  previewWithinMs: 2_000,
  previewPageBytes: 256 * 1024,
  previewPictureBytes: 100_000,
  previewTtlMs: 10 * 60_000,
  previewCache: 1_000,
  /** What one SSE reader may leave unread in this process, and for how long, before it is disconnected. */
  sseBufferBytes: 1024 * 1024,
  sseStallMs: 10_000,
  idempotencyKeyLength: 255,
} as const;
