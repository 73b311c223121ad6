import type pg from 'pg';
import type { Database } from '../client.js';
import { insertChatCommands } from './chat-commands.js';
import { type ConversationState, lockConversation, saveConversation } from './conversation-state.js';
import { type AppendedEvent, appendEvents, type NewEvent } from './events.js';
import type { ProfileScope } from './messages.js';

/** What a change comes to: null for nothing. */
export interface ConversationDecision {
  after: ConversationState;
  /** What WhatsApp is to be told, in order. */
  commands: { id: string; action: unknown }[];
  events: NewEvent[];
}

/**
 * Changes a conversation in one transaction with what WhatsApp is to be told and with the events. `decide` gets the locked row
 * and may read what else it needs. Null when there is no such conversation.
 */
export function changeConversationRow(
  { transaction }: Pick<Database, 'transaction'>,
  scope: ProfileScope,
  id: string,
  decide: (tx: pg.PoolClient, row: ConversationState) => Promise<ConversationDecision | null>,
): Promise<{ row: ConversationState; told: boolean; events: AppendedEvent[] } | null> {
  return transaction(async (tx) => {
    const row = await lockConversation(tx, id, scope);
    if (!row) return null;
    const decision = await decide(tx, row);
    if (!decision) return { row, told: false, events: [] };
    const { after, commands, events } = decision;
    await saveConversation(tx, after);
    await insertChatCommands(tx, { ...scope, chat: row.chat }, commands);
    return { row: after, told: commands.length > 0, events: await appendEvents(tx, events) };
  });
}
