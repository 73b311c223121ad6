import type { Bus } from '@multiwa/bus';
import {
  type ContactsRepository,
  type Database,
  hasWrittenTo,
  type IdempotencyRepository,
  type MessagesRepository,
  mediaObjectsRepository,
  optedOutAmong,
  receiptsRepository,
  statusesRepository,
} from '@multiwa/db';
import { makeAcceptanceOrder, newId } from '@multiwa/domain';
import type { Ffmpeg, MediaLinks, MediaStorage } from '@multiwa/media';
import { guardedFetch, type Logger, type Metrics, makeGuardedDownload } from '@multiwa/runtime';
import type { ChatCommands } from './accept/chat-commands.js';
import { startAccepting } from './accept/start-accepting.js';
import { makeComposeAlbum } from './compose/compose-album.js';
import { makeComposeContent } from './compose/compose-content.js';
import { makeComposeFile } from './compose/compose-file.js';
import { makeComposeForward } from './compose/compose-forward.js';
import { makeComposeStatus } from './compose/compose-status.js';
import { makePreviewLink } from './compose/link-preview.js';
import { makePreviews } from './compose/preview.js';
import { makeVoiceNotes } from './compose/voice.js';
import { limits } from './limits.js';
import type { Stops } from './stops.js';
import { makeAcceptSend } from './use-cases/accept-send.js';
import type { ResolveChat } from './use-cases/addressing.js';
import { makeChannels } from './use-cases/channels.js';
import { makeColdSends } from './use-cases/cold-sends.js';
import { makeForwardMessage } from './use-cases/forward-message.js';
import type { KnownProfiles } from './use-cases/known-profile.js';
import { makeMedia } from './use-cases/media.js';
import type { OptOuts } from './use-cases/opt-outs.js';
import { makeSendAlbum } from './use-cases/send-album.js';
import { makeSendAndWait } from './use-cases/send-and-wait.js';
import { makeSendMessage } from './use-cases/send-message.js';
import { makeSendWaiters } from './use-cases/send-waiters.js';
import { makeStatuses } from './use-cases/statuses.js';
import { makeUploadOnce } from './use-cases/upload-once.js';

export interface SendingParts {
  database: Database;
  bus: Bus;
  storage: MediaStorage;
  links: MediaLinks;
  maxMediaBytes: number;
  allowPrivateUrls: boolean;
  queueLimit: number;
  ffmpeg?: Ffmpeg | undefined;
  messages: MessagesRepository;
  contacts: ContactsRepository;
  knownProfiles: KnownProfiles;
  resolveChat: ResolveChat;
  optOutRefusal: OptOuts['refusal'];
  chatCommands: ChatCommands;
  idempotency: IdempotencyRepository;
  metrics: Metrics;
  logger: Logger;
  onError(error: unknown): void;
  now(): Date;
  stops: Stops;
}

/** Everything through which something is sent: messages, albums, forwards, statuses, posts of channels, and their files. */
export function wireSending(parts: SendingParts) {
  const { database, bus, storage, links, allowPrivateUrls, ffmpeg, messages, contacts } = parts;
  const { knownProfiles, resolveChat, logger, now } = parts;
  const { pool } = database;
  const { acceptor, queueBound } = startAccepting(parts);
  const sending = {
    knownProfiles,
    coldSendError: makeColdSends({ hasWritten: (...chat) => hasWrittenTo(pool, ...chat), now }),
    optOutRefusal: parts.optOutRefusal,
    queueBound,
    acceptor,
    messages,
    nextInOrder: makeAcceptanceOrder(Date.now, newId),
    now,
  };
  const acceptSend = makeAcceptSend(sending);
  const waiters = makeSendWaiters({ bus, most: limits.sendWaiters });
  const mediaRows = mediaObjectsRepository(database);
  const media = makeMedia({
    media: mediaRows,
    messages,
    knownProfiles,
    bus,
    storage,
    links,
    download: makeGuardedDownload(),
    allowPrivateUrls,
    maxBytes: parts.maxMediaBytes,
    claimUpload: makeUploadOnce(parts.idempotency),
  });
  const files = {
    media,
    makeVoice: makeVoiceNotes({ media: mediaRows, storage, ffmpeg }),
    makePreview: makePreviews({ storage, ffmpeg, logger }),
  };
  const previewLink = makePreviewLink({ fetch: guardedFetch, allowPrivate: allowPrivateUrls });
  const composing = { messages, contacts, resolveChat, previewLink, ...files, now };
  const composeContent = makeComposeContent(composing);
  const statuses = statusesRepository(database);
  return {
    media,
    sendAndWait: makeSendAndWait({ sendMessage: makeSendMessage({ acceptSend, composeContent }), waiters, messages }),
    sendAlbum: makeSendAlbum({ ...sending, composeAlbum: makeComposeAlbum(composing) }),
    forwardMessage: makeForwardMessage({
      acceptSend,
      resolveChat,
      composeForward: makeComposeForward({ mediaRows, media, makePreview: files.makePreview }),
      messages,
    }),
    statuses: makeStatuses({
      statuses,
      receipts: receiptsRepository(database),
      messages,
      knownProfiles,
      acceptSend,
      optOutRefusal: parts.optOutRefusal,
      commands: parts.chatCommands,
      composeStatus: makeComposeStatus({
        ...files,
        resolveChat,
        contacts: statuses.audience,
        optedOut: (workspaceId, names) => optedOutAmong(pool, workspaceId, names),
      }),
      bus,
      now,
    }),
    channels: makeChannels({ knownProfiles, acceptSend, composeFile: makeComposeFile(files), bus }),
    /** Lets those go who wait for what becomes of their send. */
    stopWaiting: () => waiters.stop(),
  };
}
