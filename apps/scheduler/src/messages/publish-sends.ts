import type { Bus } from '@multiwa/bus';
import { type FailureCode, outboundContentSchema, type SendCommand } from '@multiwa/contracts';
import {
  appendEvents,
  type Database,
  type DueMessage,
  expireMessages,
  failMessages,
  optedOutRecipients,
} from '@multiwa/db';
import { failedEvent, namesOfChat } from '@multiwa/domain';

export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface Sendable {
  message: DueMessage;
  command: SendCommand;
}

/**
 * What can be sent, as commands; what cannot ends FAILED, with its event, in the same transaction. A message whose time has
 * come is not sent to somebody who has refused messages since it was accepted.
 */
export async function sortOut(tx: Transaction, due: readonly DueMessage[], repeated: boolean): Promise<Sendable[]> {
  const sendable: Sendable[] = [];
  const failed: { message: DueMessage; code: FailureCode; detail: string | null }[] = [];
  const optedOut = repeated
    ? new Set<string>()
    : await optedOutRecipients(tx, due.filter(obeysOptOut).map(recipientOf));
  for (const message of due) {
    const content = outboundContentSchema.safeParse(message.content);
    if (message.profileDeleted) failed.push({ message, code: 'profile_deleted', detail: null });
    else if (optedOut.has(message.id)) failed.push({ message, code: 'opted_out', detail: null });
    else if (!content.success) failed.push({ message, code: 'unsupported_by_engine', detail: null });
    else sendable.push({ message, command: commandOf(message, content.data, repeated) });
  }
  const at = new Date();
  for (const { message, code, detail } of failed) await failMessages(tx, [message.id], { code, detail, at });
  await appendEvents(
    tx,
    failed.map(({ message, code, detail }) => failedEvent(message, { code, detail, at })),
  );
  return sendable;
}

function obeysOptOut({ ignoreOptOut }: DueMessage): boolean {
  return !ignoreOptOut;
}

function recipientOf({ id, workspaceId, chat }: DueMessage) {
  return { id, workspaceId, ...namesOfChat(chat) };
}

/** Ends what is past its expiresAt and was never begun, with its events; returns how many that were. */
export async function expireSome(tx: Transaction, limit: number): Promise<number> {
  const expired = await expireMessages(tx, limit);
  await appendEvents(
    tx,
    expired.map((message) => failedEvent(message, { code: 'expired', detail: null, at: message.at })),
  );
  return expired.length;
}

/** Publishes sends in the order given; returns the ids that the command stream has confirmed. */
export async function publishSends(bus: Pick<Bus, 'publishCommands'>, sendable: readonly Sendable[]) {
  const results = await bus.publishCommands(
    sendable.map(({ command, message: { traceparent } }) => ({ verb: 'send' as const, payload: command, traceparent })),
  );
  return sendable.filter((_, index) => results[index]?.ok).map(({ message }) => message.id);
}

function commandOf(message: DueMessage, content: SendCommand['content'], repeated: boolean): SendCommand {
  const { id: messageId, workspaceId, profileId, waMessageId, chat, origin, sendAt, expiresAt, createdAt } = message;
  const { typingMs } = message;
  return {
    messageId,
    workspaceId,
    profileId,
    waMessageId,
    chat,
    content,
    // A scheduled message takes its place in the chat at its time.
    acceptedAt: (sendAt ?? createdAt).toISOString(),
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
    ...(typingMs && { typingMs }),
    ...(repeated && { repeated }),
    ...(origin === 'BROADCAST' && { guarded: true }),
  };
}
