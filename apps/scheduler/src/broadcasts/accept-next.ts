import { type Restriction, type SendCommand, timing } from '@multiwa/contracts';
import {
  type AcceptedMessage,
  acceptMessagesIn,
  countInFlight,
  type Database,
  lockOwnedBroadcast,
  lockPace,
  markAccepted,
  nextRecipient,
  nextWarmRecipient,
  passOverOptedOut,
  savePace,
} from '@multiwa/db';
import {
  inFlightLimit,
  lookupIn,
  namesOfChat,
  newId,
  parseTextTemplate,
  readBroadcastSettings,
  renderTemplate,
  takeSlot,
  waMessageIdFrom,
} from '@multiwa/domain';
import { startSpan } from '@multiwa/runtime';
import type { Transaction } from '../messages/publish-sends.js';
import { endBroadcast } from './end-broadcast.js';
import { obeyRestriction } from './obey-restriction.js';

/** What one look at a broadcast led to. */
export type Step =
  /** A message was accepted; its command is to be published. */
  | { outcome: 'accepted'; command: SendCommand; traceparent?: string }
  /** The pace does not allow a message yet. */
  | { outcome: 'wait'; waitMs: number }
  /** WhatsApp restricts the number, and none of those who still wait has ever written to it. */
  | { outcome: 'frozen'; waitMs: number }
  /** As many messages as allowed wait for WhatsApp; or all have been accepted and the last ones wait. */
  | { outcome: 'in-flight' }
  | { outcome: 'completed' | 'failed' }
  /** The next recipient has opted out meanwhile, and is left out. */
  | { outcome: 'passed-over' }
  /** Paused, cancelled, or driven by another scheduler. */
  | { outcome: 'lost' };

/**
 * One step of a broadcast in one transaction: as long as it runs, and is this owner's, and its profile has a slot, the
 * next recipient's message is accepted as the API accepts one. What makes the message (ids, text) comes from the
 * recipient's row, so a crash before the commit repeats nothing and a crash after it loses nothing: the sweep hands
 * over what is accepted. While WhatsApp restricts the number, the next one is the next who has ever written to it.
 */
export function makeAcceptNext({ transaction }: Pick<Database, 'transaction'>, owner: string, random = Math.random) {
  return (broadcastId: string): Promise<Step> =>
    transaction(async (tx): Promise<Step> => {
      const broadcast = await lockOwnedBroadcast(tx, broadcastId, owner);
      if (!broadcast) return { outcome: 'lost' };
      if (broadcast.profileDeleted) {
        await endBroadcast(tx, broadcast, { action: 'fail', failureCode: 'profile_deleted' });
        return { outcome: 'failed' };
      }
      const { content, pace } = readBroadcastSettings(broadcast);
      const restriction = await obeyRestriction(tx, broadcast);
      const next = await nextRecipient(tx, broadcastId);
      const { waiting, sending } = await countInFlight(tx, broadcastId);
      if (!next && waiting === 0) {
        await endBroadcast(tx, broadcast, { action: 'complete' });
        return { outcome: 'completed' };
      }
      const recipient = next && restriction ? await nextWarmRecipient(tx, broadcastId) : next;
      if (!recipient && restriction && sending === 0) return { outcome: 'frozen', waitMs: thawsInMs(restriction) };
      if (!recipient || sending >= inFlightLimit(pace)) return { outcome: 'in-flight' };

      const { now, ...used } = await lockPace(tx, broadcast.profileId);
      const slot = takeSlot(pace, used, now, random());
      if (!slot.due) return { outcome: 'wait', waitMs: slot.waitMs };
      if (await passOverOptedOut(tx, recipient.id, namesOfChat(recipient.chat))) return { outcome: 'passed-over' };

      const rendered = renderTemplate(parseTextTemplate(content.text, '#/content/text'), lookupIn(recipient.variables));
      if (!rendered.ok) throw new Error(`recipient ${recipient.id} was frozen without ${rendered.missing.join(', ')}`);
      // With a space, which no Idempotency-Key of the API can have.
      const cause = `broadcast ${recipient.id}`;
      const { workspaceId, profileId } = broadcast;
      const id = newId();
      // A trace begins here: nobody asked for this one message.
      const span = startSpan('accept message', { attributes: spanIds(broadcastId, { workspaceId, profileId, id }) });
      const message: AcceptedMessage = {
        id,
        workspaceId,
        profileId,
        chat: recipient.chat,
        waMessageId: waMessageIdFrom(cause),
        origin: 'BROADCAST',
        content: { type: 'TEXT', text: rendered.text },
        status: 'QUEUED',
        idempotencyKey: cause,
        requestHash: null,
        sendAt: null,
        createdAt: now,
        traceparent: span?.traceparent,
      };
      await accept(tx, message);
      span?.end();
      await markAccepted(tx, recipient.id, message.id);
      await savePace(tx, broadcast.profileId, slot.state);
      return { outcome: 'accepted', command: commandOf(message), traceparent: span?.traceparent };
    });
}
function spanIds(
  broadcastId: string,
  { workspaceId, profileId, id }: Record<'workspaceId' | 'profileId' | 'id', string>,
) {
  return {
    'multiwa.workspace_id': workspaceId,
    'multiwa.profile_id': profileId,
    'multiwa.message_id': id,
    'multiwa.broadcast_id': broadcastId,
  };
}

export type AcceptNext = ReturnType<typeof makeAcceptNext>;

/** When to look again: somebody may write, and WhatsApp may change its mind, before it lifts by itself. */
function thawsInMs({ until }: Restriction): number {
  const { frozenEveryMs } = timing.broadcast;
  return until === null ? frozenEveryMs : Math.min(frozenEveryMs, Math.max(0, Date.parse(until) - Date.now()));
}

/** The recipient is PENDING, so its message cannot be there; the profile may have been deleted in this moment. */
async function accept(tx: Transaction, message: AcceptedMessage): Promise<void> {
  const accepted = await acceptMessagesIn(tx, [message]);
  if (!accepted.has(message.id)) throw new Error(`the message of ${message.idempotencyKey} was not accepted`);
}

function commandOf({
  id,
  workspaceId,
  profileId,
  waMessageId,
  chat,
  content,
  createdAt,
}: AcceptedMessage): SendCommand {
  const acceptedAt = createdAt.toISOString();
  return { messageId: id, workspaceId, profileId, waMessageId, chat, content, acceptedAt, guarded: true };
}
