import { CodedError, type Message as MessageView, outboundContentSchema } from '@multiwa/contracts';
import type { AcceptedMessage, Message, MessagesRepository, ProfileScope } from '@multiwa/db';
import { newWaMessageId, typingMsOf } from '@multiwa/domain';
import { traced } from '@multiwa/runtime';
import type { Acceptor } from '../accept/acceptor.js';
import type { QueueBound } from '../accept/queue-bound.js';
import type { Composed } from '../compose/compose-content.js';
import { viewAccepted } from '../views/views.js';
import { acceptOnce } from './accept-once.js';
import type { KnownProfile, KnownProfiles } from './known-profile.js';
import { type AskedTerms, makeSendTermsError, readTerms, type SendTerms, type SendTermsDeps } from './send-terms.js';

export interface AcceptSendDeps extends SendTermsDeps {
  knownProfiles: KnownProfiles;
  queueBound: QueueBound;
  acceptor: Acceptor;
  messages: Pick<MessagesRepository, 'findByIdempotencyKey'>;
  /** Sort keys of the next send, in the order of the calls. */
  nextInOrder(): { id: string; createdAt: Date };
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
export function makeAcceptSend(deps: AcceptSendDeps) {
  const { knownProfiles, queueBound, acceptor, messages, nextInOrder } = deps;
  const sendTermsError = makeSendTermsError(deps);

  async function firstAnswer(
    scope: ProfileScope,
    idempotency: Idempotency | undefined,
  ): Promise<SendOutcome | undefined> {
    if (!idempotency) return undefined;
    const first: Message | null = await messages.findByIdempotencyKey(scope, idempotency.key);
    if (!first) return undefined;
    if (first.requestHash !== idempotency.requestHash) throw new CodedError('idempotency_key_reused');
    if (first.status === 'QUEUED' && first.commandedAt === null) {
      await acceptor.handOver({ ...first, content: outboundContentSchema.parse(first.content) });
    }
    return { message: viewAccepted(first), replayed: true };
  }

  /** A place in the queue, or the refusal of one; a message that waits for its time takes none. */
  async function enter(profileId: string, sendAt: Date | null): Promise<number | null> {
    return sendAt ? null : queueBound.enter(profileId);
  }

  async function placed(
    scope: ProfileScope,
    profile: KnownProfile,
    compose: (profile: KnownProfile) => Promise<Composed>,
    terms: SendTerms,
  ) {
    const { chat, content } = await compose(profile);
    const error = await sendTermsError(scope, profile, chat, terms);
    if (error) throw error;
    return { chat, content, queuedAhead: await enter(scope.profileId, terms.sendAt) };
  }

  return async function acceptSend(
    scope: ProfileScope,
    compose: (profile: KnownProfile) => Promise<Composed>,
    asked: AskedTerms,
    idempotency?: Idempotency,
  ): Promise<SendOutcome> {
    const profile = await knownProfiles.require(scope);
    const terms = readTerms(asked);
    const { sendAt, expiresAt, ignoreOptOut } = terms;
    return acceptOnce({
      prepare: () => placed(scope, profile, compose, terms),
      async accept(place) {
        const typingMs = typingMsOf(asked.simulateTyping, textOf(place.content));
        const fixed = { ...place, sendAt, expiresAt, ignoreOptOut, typingMs, ...fixedIds(idempotency) };
        const status = sendAt ? ('SCHEDULED' as const) : ('QUEUED' as const);
        const message: AcceptedMessage = { ...scope, ...fixed, status, ...nextInOrder() };
        const inserted = await traced('accept message', { attributes: spanIds(message) }, (span) =>
          accept({ ...message, traceparent: span?.traceparent }),
        );
        return inserted ? { message: viewAccepted(message), replayed: false } : undefined;
      },
      firstAnswer: () => firstAnswer(scope, idempotency),
      profileGone: () => knownProfiles.forget(scope.profileId),
    });
  };

  async function accept(message: AcceptedMessage): Promise<boolean> {
    let inserted = false;
    try {
      ({ inserted } = await acceptor.accept(message));
      return inserted;
    } finally {
      if (!inserted && message.status === 'QUEUED') queueBound.leave(message.profileId);
    }
  }
}
export type AcceptSend = ReturnType<typeof makeAcceptSend>;

export function spanIds({ workspaceId, profileId, id, waMessageId }: AcceptedMessage) {
  return {
    'multiwa.workspace_id': workspaceId,
    'multiwa.profile_id': profileId,
    'multiwa.message_id': id,
    'multiwa.wa_message_id': waMessageId,
  };
}

function fixedIds(idempotency: Idempotency | undefined) {
  return {
    waMessageId: newWaMessageId(),
    idempotencyKey: idempotency?.key ?? null,
    requestHash: idempotency?.requestHash ?? null,
  };
}

/** What somebody would have to type. */
function textOf(content: Composed['content']): string {
  if ('text' in content) return content.text;
  return content.type === 'POLL' ? content.question : '';
}
