export type { Pool, PoolClient } from 'pg';
export { type Database, type DatabaseOptions, type OwnConnectionOptions, openDatabase } from './client.js';
export * from './errors.js';
export type * from './generated/client.js';
export { Prisma, type PrismaClient } from './generated/client.js';
export * from './generated/enums.js';
export { deployMigrations } from './migrate/deploy-migrations.js';
export { type Executor, execute, query } from './query.js';
export {
  type AcceptedMessage,
  acceptMessages,
  acceptMessagesIn,
  acceptTogether,
} from './repositories/accept-message.js';
export * from './repositories/accounts.js';
export * from './repositories/api-keys.js';
export * from './repositories/automation-runs.js';
export * from './repositories/automation-triggers.js';
export * from './repositories/automations.js';
export * from './repositories/begin-sends.js';
export * from './repositories/broadcast-audience.js';
export * from './repositories/broadcast-claims.js';
export * from './repositories/broadcast-messages.js';
export * from './repositories/broadcast-sending.js';
export * from './repositories/broadcasts.js';
export * from './repositories/calls.js';
export * from './repositories/change-conversation.js';
export * from './repositories/chat-commands.js';
export * from './repositories/contacts.js';
export * from './repositories/conversation-state.js';
export * from './repositories/conversations.js';
export * from './repositories/due-messages.js';
export * from './repositories/early-words.js';
export * from './repositories/end-statuses.js';
export * from './repositories/engine-workers.js';
export * from './repositories/events.js';
export * from './repositories/first-workspace.js';
export * from './repositories/forget-session.js';
export * from './repositories/group-state.js';
export * from './repositories/groups.js';
export * from './repositories/history-sync.js';
export * from './repositories/idempotency.js';
export * from './repositories/identities.js';
export * from './repositories/import-contacts.js';
export * from './repositories/join-people.js';
export * from './repositories/lead.js';
export {
  assertGeneration,
  type Claim,
  type ClaimedLease,
  claimLeases,
  findArrived,
  type Lease,
  offerLease,
  releaseAll,
  releaseLease,
  renewLeases,
} from './repositories/leases.js';
export { findSilenced, takeLifeline } from './repositories/lifelines.js';
export * from './repositories/load-conversation-state.js';
export * from './repositories/lookups.js';
export * from './repositories/media-objects.js';
export * from './repositories/media-transfers.js';
export * from './repositories/message-changes.js';
export * from './repositories/message-receipts.js';
export * from './repositories/messages.js';
export * from './repositories/move-session.js';
export * from './repositories/operator.js';
export * from './repositories/opt-outs.js';
export * from './repositories/owned-profiles.js';
export type { PagePosition, PageRequest } from './repositories/page.js';
export * from './repositories/presence-subscriptions.js';
export * from './repositories/profiles.js';
export * from './repositories/prune.js';
export * from './repositories/queue-depth.js';
export * from './repositories/read-session.js';
export * from './repositories/received-media.js';
export * from './repositories/reseal.js';
export * from './repositories/save-conversation-state.js';
export * from './repositories/search-messages.js';
export * from './repositories/sent-message.js';
export * from './repositories/session-state.js';
export * from './repositories/session-views.js';
export * from './repositories/statuses.js';
export * from './repositories/subscribers.js';
export { hasWrittenTo } from './repositories/warm-chats.js';
export * from './repositories/webhook-deliveries.js';
export * from './repositories/webhook-endpoints.js';
export * from './repositories/webhook-replays.js';
export * from './repositories/webhooks.js';
export * from './repositories/workers.js';
