import { type FlowNode, outboundContentSchema, type RunFailure, type SendCommand, timing } from '@multiwa/contracts';
import { acceptMessagesIn, countAutomaticMessages, isOptedOut, type LockedRun } from '@multiwa/db';
import { fillText, makeAcceptanceOrder, namesOfChat, newId, phoneForms, waMessageIdFrom } from '@multiwa/domain';
import { startSpan } from '@multiwa/runtime';
import type { Transaction } from './advance.js';
import { flowValues } from './flow-values.js';

const { loopWindowMs, messagesPerWindow } = timing.automation;

/** Messages of one process keep the order in which its steps accepted them. */
const nextInOrder = makeAcceptanceOrder(Date.now, newId);

/** A command, and beside it the trace that it belongs to. */
export type RunCommand = SendCommand & { traceparent?: string };

/** A step that sends a text. */
type SendingNode = Extract<FlowNode, { text: string }>;

export type Sent = { command: RunCommand | undefined; messageId: string } | { failure: RunFailure };

/**
 * Accepts the message of the step at which the run stands. All its ids but our own are made of run and step, so that
 * the message exists once, whoever repeats the step. The command is to be published after the commit.
 */
export async function acceptStepMessage(
  tx: Transaction,
  run: LockedRun,
  { text, ignoreOptOut = false }: Pick<SendingNode, 'text' | 'ignoreOptOut'>,
): Promise<Sent> {
  if (run.contact === null) return { failure: 'contact_gone' };
  if (run.isProfileDeleted) return { failure: 'profile_deleted' };
  if (!ignoreOptOut && (await hasOptedOut(tx, run))) return { failure: 'opted_out' };
  const filled = fillText(text, flowValues(run));
  if (filled.trim() === '') return { failure: 'text_empty' };
  const content = outboundContentSchema.safeParse({ type: 'TEXT', text: filled });
  if (!content.success) return { failure: 'text_too_long' };
  if ((await countAutomaticMessages(tx, run, loopWindowMs)) >= messagesPerWindow) return { failure: 'bot_loop' };

  const { workspaceId, profileId, chat } = run;
  const idempotencyKey = `automation:${run.id}:${run.step}`;
  const { id, createdAt } = nextInOrder();
  const span = beginSpan(run, id);
  const message = { workspaceId, profileId, chat, waMessageId: waMessageIdFrom(idempotencyKey), content: content.data };
  const accepted = await acceptMessagesIn(tx, [
    {
      ...message,
      id,
      createdAt,
      idempotencyKey,
      origin: 'AUTOMATION',
      status: 'QUEUED',
      requestHash: null,
      sendAt: null,
      traceparent: span?.traceparent,
    },
  ]);
  span?.end();
  // Left out: the profile was deleted since it was looked at.
  if (!accepted.has(id)) return { failure: 'profile_deleted' };
  const command = { ...message, messageId: id, acceptedAt: createdAt.toISOString(), traceparent: span?.traceparent };
  return { messageId: id, command };
}

/** Asked when the message leaves: the contact may have refused further messages since the run began. */
function hasOptedOut(tx: Transaction, { workspaceId, chat, contact }: LockedRun): Promise<boolean> {
  const { phones, lid } = namesOfChat(chat);
  const known = contact?.phone ? phoneForms(contact.phone) : [];
  return isOptedOut(tx, workspaceId, { phones: [...new Set([...phones, ...known])], lid: lid ?? contact?.lid ?? null });
}

/** What a run sends belongs to the trace of the message that started the run. */
function beginSpan({ traceparent: parent, id, workspaceId, profileId }: LockedRun, messageId: string) {
  if (!parent) return undefined;
  const attributes = {
    'multiwa.workspace_id': workspaceId,
    'multiwa.profile_id': profileId,
    'multiwa.message_id': messageId,
    'multiwa.run_id': id,
  };
  return startSpan('accept message', { parent, attributes });
}
