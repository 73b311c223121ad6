import { type Album, CodedError, outboundContentSchema, type ParsedAlbum } from '@multiwa/contracts';
import type { AcceptedMessage, Message, MessagesRepository, ProfileScope } from '@multiwa/db';
import { newWaMessageId, typingMsOf } from '@multiwa/domain';
import { traced } from '@multiwa/runtime';
import type { Acceptor } from '../accept/acceptor.js';
import type { QueueBound } from '../accept/queue-bound.js';
import type { ComposeAlbum } from '../compose/compose-album.js';
import { viewAccepted } from '../views/views.js';
import { acceptOnce } from './accept-once.js';
import { type Idempotency, spanIds } from './accept-send.js';
import type { KnownProfiles } from './known-profile.js';
import { makeSendTermsError, readTerms, type SendTermsDeps } from './send-terms.js';

export interface SendAlbumDeps extends SendTermsDeps {
  knownProfiles: KnownProfiles;
  composeAlbum: ComposeAlbum;
  queueBound: QueueBound;
  acceptor: Acceptor;
  messages: Pick<MessagesRepository, 'findByIdempotencyKey' | 'findByIdempotencyKeys'>;
  nextInOrder(): { id: string; createdAt: Date };
}

export interface AlbumOutcome {
  album: Album;
  /** The Idempotency-Key was used before: this is the first answer again, and nothing was done. */
  replayed: boolean;
}

/** With a space, which no key of a caller can have. */
const partKey = (key: string, part: number): string => `${key} ${part}`;

/**
 * Accepts an album: what announces it and all its files, or nothing. From then on each is a send of its own, and they leave
 * in their order.
 */
export function makeSendAlbum(deps: SendAlbumDeps) {
  const { knownProfiles, composeAlbum, queueBound, acceptor, messages, nextInOrder } = deps;
  const sendTermsError = makeSendTermsError(deps);

  async function firstAnswer(
    scope: ProfileScope,
    idempotency: Idempotency | undefined,
  ): Promise<AlbumOutcome | undefined> {
    if (!idempotency) return undefined;
    const { key, requestHash } = idempotency;
    const first = await messages.findByIdempotencyKey(scope, key);
    if (!first) return undefined;
    const content = outboundContentSchema.parse(first.content);
    if (first.requestHash !== requestHash || content.type !== 'ALBUM') throw new CodedError('idempotency_key_reused');
    const keys = Array.from({ length: content.images + content.videos }, (_, index) => partKey(key, index + 1));
    const rows = [first, ...(await messages.findByIdempotencyKeys(scope, keys))];
    for (const row of rows) {
      if (row.status !== 'QUEUED' || row.commandedAt !== null) continue;
      await acceptor.handOver({ ...row, content: outboundContentSchema.parse(row.content) });
    }
    return { album: viewAlbum(rows), replayed: true };
  }

  /** A place in the queue for each, or none at all; what waits for its time takes none. */
  async function enter(profileId: string, count: number): Promise<number[]> {
    const ahead: number[] = [];
    try {
      while (ahead.length < count) ahead.push(await queueBound.enter(profileId));
      return ahead;
    } catch (error) {
      for (const _ of ahead) queueBound.leave(profileId);
      throw error;
    }
  }

  async function composed(scope: ProfileScope, input: ParsedAlbum, albumId: string) {
    const profile = await knownProfiles.require(scope);
    const terms = readTerms(input);
    const { chat, contents } = await composeAlbum(scope, profile, input, albumId);
    const error = await sendTermsError(scope, profile, chat, terms);
    if (error) throw error;
    const queuedAhead = terms.sendAt ? [] : await enter(scope.profileId, contents.length);
    return { albumId, chat, contents, terms, queuedAhead };
  }

  return function sendAlbum(scope: ProfileScope, input: ParsedAlbum, idempotency?: Idempotency): Promise<AlbumOutcome> {
    const albumId = newWaMessageId();
    return acceptOnce({
      prepare: () => composed(scope, input, albumId),
      async accept(made) {
        const rows = rowsOf(scope, made, idempotency, typingMsOf(input.simulateTyping, ''));
        return (await accept(rows)) ? { album: viewAlbum(rows), replayed: false } : undefined;
      },
      firstAnswer: () => firstAnswer(scope, idempotency),
      profileGone: () => knownProfiles.forget(scope.profileId),
    });
  };

  /** The announcement and its files, in the order in which they leave. */
  function rowsOf(
    scope: ProfileScope,
    { albumId, chat, contents, terms, queuedAhead }: Awaited<ReturnType<typeof composed>>,
    idempotency: Idempotency | undefined,
    typingMs: number | null,
  ): AcceptedMessage[] {
    const { sendAt, expiresAt, ignoreOptOut } = terms;
    const status = sendAt ? ('SCHEDULED' as const) : ('QUEUED' as const);
    return contents.map((content, index) => {
      const key = idempotency && (index === 0 ? idempotency.key : partKey(idempotency.key, index));
      return {
        ...scope,
        ...nextInOrder(),
        chat,
        content,
        status,
        sendAt,
        expiresAt,
        ignoreOptOut,
        waMessageId: index === 0 ? albumId : newWaMessageId(),
        idempotencyKey: key ?? null,
        requestHash: idempotency?.requestHash ?? null,
        queuedAhead: queuedAhead[index] ?? null,
        typingMs: index === 0 ? typingMs : null,
      };
    });
  }

  async function accept(rows: readonly AcceptedMessage[]): Promise<boolean> {
    const [album] = rows;
    if (!album) return false;
    let inserted = false;
    try {
      ({ inserted } = await traced('accept message', { attributes: spanIds(album) }, (span) =>
        acceptor.acceptTogether(rows.map((row) => ({ ...row, traceparent: span?.traceparent }))),
      ));
      return inserted;
    } finally {
      if (!inserted && album.status === 'QUEUED') for (const { profileId } of rows) queueBound.leave(profileId);
    }
  }
}
export type SendAlbumUseCase = ReturnType<typeof makeSendAlbum>;

function viewAlbum(rows: readonly (AcceptedMessage | Message)[]): Album {
  const [album, ...parts] = rows.map((row) => viewAccepted(row));
  if (!album) throw new Error('An album is announced by a message.');
  return { albumId: album.waMessageId, album, parts };
}
