/** Deadlines, intervals and retry schedules of the whole product, in milliseconds. */
export const timing = {
  lease: {
    /** A lease not renewed for this long may be claimed by another worker. */
    ttlMs: 6_000,
    renewEveryMs: 1_500,
    /** An owner stops sending this long before its lease would run out, measured on its monotonic clock. */
    sendMarginMs: 1_500,
    claimEveryMs: 1_000,
    /** Workers look for others whose lifeline is gone, and claim their leases once it has been gone for this long. */
    watchEveryMs: 300,
    deadAfterMs: 600,
    /** A worker cut off from the database lets the others come back for this long before it believes an expiry. */
    settleMs: 2_000,
    /** Sessions claimed and still opening at most, before more are claimed: a mass restart spreads over the workers. */
    wave: 32,
    /** Hand-overs under way to one worker at most; fewer where they would wait for each other. */
    handOversAtOnce: 8,
    /** A released lease is kept for the worker it was offered to for this long; then anybody may claim it. */
    offerMs: 2_000,
    /** While another worker has fewer than its share, at most this many leases are handed over a second. */
    rebalancePerSecond: 20,
    /** A profile that sent or received within this time is busy: idle ones are handed over first. */
    idleMs: 5_000,
  },
  watchdog: {
    checkEveryMs: 5_000,
    /** Nothing at all came in for this long: ask WhatsApp for a sign of life. */
    quietMs: 40_000,
    probeTimeoutMs: 10_000,
    /** This many sends were acked since the last message, receipt or notification came in, for this long: deaf. */
    unansweredSends: 5,
    unansweredMs: 600_000,
    /** After this many recycled connections within the window, another worker shall try. */
    recyclesBeforeHandOver: 3,
    recycleWindowMs: 600_000,
  },
  send: {
    /** How long WhatsApp may take to ack a message before it is sent again under the same id. */
    ackTimeoutMs: 20_000,
    /** Chats of one profile that may be sending at the same time. */
    chatsAtOnce: 16,
    /** Pauses before the next attempt of a send that failed for a passing reason; then it ends FAILED. */
    retryMs: [500, 2_000, 8_000, 30_000],
    /** Typing that is shown before a message: for each character, within bounds; a longer one is refused. */
    typing: { perCharacterMs: 40, minMs: 800, usualMaxMs: 8_000, maxMs: 25_000 },
  },
  media: {
    /** Files that one engine process fetches at the same time, and those of one profile among them. */
    downloadsAtOnce: 8,
    downloadsPerProfile: 3,
    /** Files that one profile uploads at the same time; its messages without files do not wait for them. */
    uploadsPerProfile: 4,
    /** How long a media host may give or take nothing. */
    idleTimeoutMs: 20_000,
    /** For one attempt as a whole, however slowly the bytes come. */
    downloadTimeoutMs: 15 * 60_000,
    /** Pauses before the next attempt; then the file is FAILED. */
    downloadRetryMs: [1_000, 10_000, 60_000],
    /** How long the sender’s phone has to give a file again. */
    reRequestTimeoutMs: 30_000,
    /** A file that was uploaded so recently is not uploaded again for another message. */
    uploadReuseMs: 7 * 24 * 3_600_000,
  },
  history: {
    /** Chunks of history that one engine process takes in at the same time, of all its profiles. */
    chunksAtOnce: 1,
    /** What one fact carries at most: live facts may have to wait for one that was begun. */
    partMessages: 100,
    partBytes: 256 * 1_024,
    /** A chunk with more bytes, compressed, is left out: it is held in memory while it is read. */
    maxChunkBytes: 64 * 1_024 * 1_024,
    /** An engine goes ahead of what is applied by one part; it looks this often, and after this long goes on all the same. */
    appliedEveryMs: 25,
    appliedWithinMs: 60_000,
    /** Pauses before a chunk is tried again that could not be fetched; then it is left out. */
    retryMs: [1_000, 10_000, 60_000, 600_000],
  },
  /** How long a caller may wait for the outcome of a send, when it does not say and at most. */
  sendWait: { usualMs: 10_000, maxMs: 30_000 },
  reconnect: {
    firstMs: 500,
    maxMs: 60_000,
    /** A connection that was open for this long has proven itself: the next loss counts as the first. */
    stableMs: 10_000,
  },
  publish: { timeoutMs: 5_000, attempts: 5 },
  facts: {
    /** Facts applied in one transaction, and how long to wait for more of them. */
    batch: 200,
    maxWaitMs: 1,
    /** Under load batches begin this far apart, so that they get larger: a transaction costs about as much for 1 as for 10. */
    everyMs: 75,
    /** Pauses before a status is tried again whose message is not there yet; then it is dropped with a log line. */
    unknownMessageRetryMs: [250, 1_000, 4_000, 15_000],
    /** Pauses before a fact is tried again after a passing error of the database; the last one repeats. */
    retryMs: [100, 500, 2_000, 5_000],
    /** A fact that breaks a rule of the database this often is rejected, so that it blocks nothing. */
    poisonAfter: 5,
  },
  /** Consumers that one replica has at a time. */
  leading: {
    /** The owner shows that it lives, and the others try to take its place, this often. */
    pollEveryMs: 500,
    /** An owner that does not show up in its session for this long is replaced; a killed one is at once. */
    leaseMs: 5_000,
  },
  outbox: {
    pollEveryMs: 1_000,
    batch: 500,
    /** A leader that does not show up in its session for this long is replaced. */
    leaderLeaseMs: 5_000,
  },
  queue: {
    /** Messages of one profile that may wait; more are refused with queue_full. */
    limit: 10_000,
    /** How old the count behind queuedAhead may be. */
    countEveryMs: 500,
    retryAfterMs: 5_000,
  },
  sweep: {
    everyMs: 2_000,
    /** A QUEUED row older than this without a confirmed command is published again. */
    graceMs: 5_000,
  },
  schedule: { pollEveryMs: 500, batch: 200 },
  /** How often messages are looked for whose expiresAt has passed. */
  expire: { everyMs: 1_000, batch: 200 },
  broadcast: {
    /** A broadcast not renewed for this long may be driven by another scheduler. */
    claimTtlMs: 6_000,
    /** Claims are renewed, and free broadcasts are looked for. */
    claimEveryMs: 1_000,
    /** How soon a broadcast looks again when its messages wait for WhatsApp. */
    waitEveryMs: 250,
    /** Progress events of one broadcast are at least this far apart. */
    progressEveryMs: 2_000,
    /** Message events taken in at once. */
    eventBatch: 200,
    eventWaitMs: 20,
    /** Under load batches of them begin this far apart: most messages are no broadcast's. */
    eventEveryMs: 100,
    /** How soon a broadcast that a restriction has frozen looks again for whom it may write to. */
    frozenEveryMs: 5_000,
    /** Recipients that are frozen at once. */
    freezeChunk: 500,
  },
  automation: {
    /** Looks for runs that are due. */
    pollEveryMs: 500,
    /** Runs that one process drives at the same time. */
    runsAtOnce: 8,
    /** Received messages taken in at once. */
    eventBatch: 100,
    /** A run whose driver says nothing for this long may be driven by another one. */
    claimTtlMs: 10_000,
    /** How soon a step that failed by an error on our side is tried again, and when it is given up. */
    retryMs: 5_000,
    giveUpAfterMs: 3_600_000,
    /** Bot-loop guard: runs and messages that one contact gets at most within the window. */
    loopWindowMs: 600_000,
    runsPerWindow: 20,
    messagesPerWindow: 60,
  },
  /** How long WhatsApp's answers about people are given again without asking it. */
  lookup: {
    numberMs: 7 * 86_400_000,
    /** Somebody may join any day. */
    absentNumberMs: 86_400_000,
    detailMs: 6 * 3_600_000,
  },
  sse: { heartbeatMs: 15_000 },
  subscribers: {
    /** The users of the NATS server are compared with the rows. */
    pollEveryMs: 5_000,
    /** How long a new password may take until the server knows it. */
    loginWaitMs: 10_000,
    loginEveryMs: 100,
  },
  shutdown: {
    graceMs: 8_000,
    /** An engine hands its sessions over one wave after the other, while it serves the rest. */
    engineGraceMs: 14_000,
    /** Left of it when the sessions that nobody took yet are given back all at once. */
    reserveMs: 4_000,
  },
  /** Webhook retries after the first attempt, each with ±20 % jitter: about three days in all. */
  webhookRetryMs: [
    5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000, 86_400_000,
  ],
  webhookTimeoutMs: 15_000,
  /** Old rows are deleted this often, so many at a time. */
  pruning: { everyMs: 600_000, batch: 1_000, idempotencyMs: 7 * 86_400_000, earlyWordsMs: 7 * 86_400_000 },
  webhooks: {
    pollEveryMs: 1_000,
    /** A claimed delivery is due again after this, whatever became of its replica; longer than an attempt can take. */
    claimMs: 30_000,
    /** Replicas show that they live, and free what dead ones had claimed, this often; a frozen one is dead after the lease. */
    aliveEveryMs: 1_000,
    aliveLeaseMs: 5_000,
    /** Attempts at the same time to one endpoint, unless it wants fewer or more. */
    atOncePerEndpoint: 8,
    maxAtOncePerEndpoint: 32,
    /** The same while the endpoint's last attempt failed. */
    atOnceWhileFailing: 1,
    /** An endpoint for which every attempt has failed for this long is disabled: about when the first delivery is given up. */
    disableAfterMs: 3 * 86_400_000,
    /** For how long the secret before the newest one signs too, unless its rotation says otherwise. */
    keepPreviousSecretMs: 86_400_000,
    maxKeepPreviousSecretMs: 7 * 86_400_000,
    /** Events looked at in one step of sending again what there was since a time. */
    replayBatch: 500,
    /** On shutdown, attempts under way get this long; then they are given back uncounted. */
    drainMs: 3_000,
  },
} as const;
