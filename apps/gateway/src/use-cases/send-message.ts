import {
  CodedError,
  type Message as MessageView,
  type OutboundContent,
  outboundContentSchema,
  type SendMessage,
} from '@multiwa/contracts';
import type { AcceptedMessage, Message, MessagesRepository, ProfileScope } from '@multiwa/db';
import { newWaMessageId } from '@multiwa/domain';
import { traced } from '@multiwa/runtime';
import type { Acceptor } from '../accept/acceptor.js';
import { limits } from '../limits.js';
import { viewAccepted } from '../views/views.js';
import type { ResolveChat } from './addressing.js';
import type { KnownProfiles } from './known-profile.js';

export interface SendMessageDeps {
  knownProfiles: KnownProfiles;
  resolveChat: ResolveChat;
  acceptor: Acceptor;
  messages: Pick<MessagesRepository, 'findByIdempotencyKey'>;
  /** Sort keys of the next send, in the order of the calls. */
  nextInOrder(): { id: string; createdAt: Date };
  now(): Date;
}

export interface Idempotency {
  key: string;
  requestHash: string;
}

export interface SendOutcome {
  message: MessageView;
  /** The Idempotency-Key was used before: this is the first answer again, and nothing was done. */
  replayed: boolean;
}

/** Accepts a send: from the moment this resolves the message ends SENT or FAILED, whichever process dies (promise 1). */
export function makeSendMessage(deps: SendMessageDeps) {
  const { knownProfiles, resolveChat, acceptor, messages, nextInOrder, now } = deps;

  async function firstAnswer(scope: ProfileScope, idempotency: Idempotency): Promise<SendOutcome | undefined> {
    const first: Message | null = await messages.findByIdempotencyKey(scope, idempotency.key);
    if (!first) return undefined;
    if (first.requestHash !== idempotency.requestHash) throw new CodedError('idempotency_key_reused');
    if (first.status === 'QUEUED' && first.commandedAt === null) {
      await acceptor.handOver({ ...first, content: outboundContentSchema.parse(first.content) });
    }
    return { message: viewAccepted(first), replayed: true };
  }

  return async function sendMessage(
    scope: ProfileScope,
    input: SendMessage,
    idempotency?: Idempotency,
  ): Promise<SendOutcome> {
    await knownProfiles.require(scope);
    const { to, sendAt: sendAtText, ...content } = input;
    const chat = await resolveChat(scope, to, '#/to');
    refuseGroup(chat);
    const sendAt = sendAtText === undefined ? null : new Date(sendAtText);
    const wrongTime = sendAt && sendAtError(sendAt, now());
    if (wrongTime) {
      // The time may have passed since the first request was accepted.
      const first = idempotency && (await firstAnswer(scope, idempotency));
      if (first) return first;
      throw wrongTime;
    }
    const message = { ...scope, ...fixed(chat, content, sendAt, idempotency), ...nextInOrder() };
    const { inserted } = await traced('accept message', { attributes: spanIds(message) }, (span) =>
      acceptor.accept({ ...message, traceparent: span?.traceparent }),
    );
    if (inserted) return { message: viewAccepted(message), replayed: false };
    const first = idempotency && (await firstAnswer(scope, idempotency));
    if (first) return first;
    knownProfiles.forget(scope.profileId);
    throw new CodedError('profile_not_found');
  };
}

function spanIds({ workspaceId, profileId, id, waMessageId }: AcceptedMessage) {
  return {
    'multiwa.workspace_id': workspaceId,
    'multiwa.profile_id': profileId,
    'multiwa.message_id': id,
    'multiwa.wa_message_id': waMessageId,
  };
}

export type SendMessageUseCase = ReturnType<typeof makeSendMessage>;

function fixed(
  chat: string,
  content: OutboundContent,
  sendAt: Date | null,
  idempotency: Idempotency | undefined,
): Omit<AcceptedMessage, keyof ProfileScope | 'id' | 'createdAt'> {
  return {
    chat,
    waMessageId: newWaMessageId(),
    content,
    status: sendAt ? 'SCHEDULED' : 'QUEUED',
    idempotencyKey: idempotency?.key ?? null,
    requestHash: idempotency?.requestHash ?? null,
    sendAt,
  };
}

function refuseGroup(chat: string): void {
  if (!chat.endsWith('@g.us')) return;
  const message = 'Sending to groups is not supported yet.';
  throw new CodedError('not_supported_by_engine', {
    detail: message,
    errors: [{ pointer: '#/to', code: 'not_supported_by_engine', message }],
  });
}

function sendAtError(sendAt: Date, now: Date): CodedError | null {
  const aheadMs = sendAt.getTime() - now.getTime();
  if (aheadMs > 0 && aheadMs <= limits.sendAtMaxAheadMs) return null;
  const code = aheadMs <= 0 ? 'send_at_past' : 'send_at_too_far';
  const message = aheadMs <= 0 ? 'lies in the past' : 'lies more than 366 days ahead';
  return new CodedError(code, { errors: [{ pointer: '#/sendAt', code, message }] });
}
