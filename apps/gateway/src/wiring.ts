import { type Bus, connectBus } from '@multiwa/bus';
import { type Network, networkSchema, subjects, timing } from '@multiwa/contracts';
import {
  accountsRepository,
  apiKeysRepository,
  askReplay,
  automationsRepository,
  broadcastsRepository,
  callsRepository,
  contactsRepository,
  conversationsRepository,
  type Database,
  findHistorySync,
  forgetChatCommands,
  groupsRepository,
  hasWrittenTo,
  idempotencyRepository,
  identitiesOf,
  importContacts,
  lateChatCommands,
  listWorkers,
  lookupsRepository,
  mediaObjectsRepository,
  messagesRepository,
  openDatabase,
  operatorWorkspace,
  optedOutAmong,
  optOutsRepository,
  presenceSubscriptionsRepository,
  profilesRepository,
  pruneIdempotency,
  readQueue,
  readSessionRow,
  receiptsRepository,
  requestDrain,
  searchMessages,
  statusesRepository,
  subscribersRepository,
  waitingChatCommands,
  webhooksRepository,
} from '@multiwa/db';
import { makeAcceptanceOrder, newId } from '@multiwa/domain';
import {
  type Ffmpeg,
  findFfmpeg,
  type MediaLinks,
  type MediaStorage,
  makeMediaLinks,
  mediaLinkEnv,
  mediaStorageEnv,
  openMediaStorage,
} from '@multiwa/media';
import {
  baseEnv,
  type Cipher,
  createMetrics,
  encryptionKeyEnv,
  guardedFetch,
  type Logger,
  makeGuardedDownload,
  openKeyring,
  poller,
  type Running,
  startSpan,
} from '@multiwa/runtime';
import { z } from 'zod';
import { startChatCommands } from './accept/chat-commands.js';
import { startAccepting } from './accept/start-accepting.js';
import { buildApp } from './app.js';
import { makeAuthenticator } from './auth/authenticate.js';
import { startUseRecorder } from './auth/use-recorder.js';
import { makeComposeAlbum } from './compose/compose-album.js';
import { makeComposeContent } from './compose/compose-content.js';
import { makeComposeFile } from './compose/compose-file.js';
import { makeComposeForward } from './compose/compose-forward.js';
import { makeComposeStatus } from './compose/compose-status.js';
import { makePreviewLink } from './compose/link-preview.js';
import { makePreviews } from './compose/preview.js';
import { makeVoiceNotes } from './compose/voice.js';
import { startFleetGauges } from './fleet-gauges.js';
import { limits } from './limits.js';
import type { App } from './routes/route-types.js';
import { makeEventStreams } from './sse/event-streams.js';
import { Stops } from './stops.js';
import { keepSubscribers } from './subscribers/keep-subscribers.js';
import { makeAcceptSend } from './use-cases/accept-send.js';
import { makeAccounts } from './use-cases/accounts.js';
import { makeResolveChat } from './use-cases/addressing.js';
import { makeApiKeys } from './use-cases/api-keys.js';
import { makeAutomations } from './use-cases/automations.js';
import { makeBroadcastControl } from './use-cases/broadcast-control.js';
import { makeBroadcasts } from './use-cases/broadcasts.js';
import { makeCalls } from './use-cases/calls.js';
import { makeChannels } from './use-cases/channels.js';
import { makeColdSends } from './use-cases/cold-sends.js';
import { makeContactFiles } from './use-cases/contact-files.js';
import { makeContacts } from './use-cases/contacts.js';
import { makeConversationChanges } from './use-cases/conversation-changes.js';
import { makeConversations } from './use-cases/conversations.js';
import { makeEngineWorkers } from './use-cases/engine-workers.js';
import { makeForwardMessage } from './use-cases/forward-message.js';
import { makeGroups } from './use-cases/groups.js';
import { makeHistory } from './use-cases/history.js';
import { makeKnownProfiles } from './use-cases/known-profile.js';
import { makeLinking } from './use-cases/linking.js';
import { makeLookupBudget } from './use-cases/lookup-budget.js';
import { makeMedia } from './use-cases/media.js';
import { makeMessages } from './use-cases/messages.js';
import { makeNumbers } from './use-cases/numbers.js';
import { makeOptOuts } from './use-cases/opt-outs.js';
import { makeOwnProfile } from './use-cases/own-profile.js';
import { makeWithPeers } from './use-cases/peers.js';
import { makePeople } from './use-cases/people.js';
import { makePresence } from './use-cases/presence.js';
import { makeProfiles } from './use-cases/profiles.js';
import { makeProxies } from './use-cases/proxies.js';
import { makeSendAlbum } from './use-cases/send-album.js';
import { makeSendAndWait } from './use-cases/send-and-wait.js';
import { makeSendMessage } from './use-cases/send-message.js';
import { makeSendWaiters } from './use-cases/send-waiters.js';
import { makeSessionFiles } from './use-cases/session-files.js';
import { makeSessions } from './use-cases/sessions.js';
import { makeStatuses } from './use-cases/statuses.js';
import { makeSubscribers } from './use-cases/subscribers.js';
import { makeUploadOnce } from './use-cases/upload-once.js';
import { makeWebhooks } from './use-cases/webhooks.js';

const MIB = 1024 * 1024;

export const version = '0.1.0';

export const gatewayEnv = z.object({
  ...baseEnv,
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Networks that profiles may be created on. */
  MULTIWA_NETWORKS: z
    .string()
    .default('live,sandbox')
    .transform((list) => list.split(',').map((name) => name.trim().toUpperCase()))
    .pipe(z.array(networkSchema).min(1)),
  /** Messages of one profile that may wait; more are refused until some were sent. */
  MULTIWA_QUEUE_LIMIT: z.coerce.number().int().min(1).default(timing.queue.limit),
  /** People that one profile may ask WhatsApp about in a day (UTC): asking about many gets numbers banned. */
  MULTIWA_LOOKUPS_PER_DAY: z.coerce.number().int().min(0).default(limits.lookupsPerDay),
  /** Seals the secrets of webhooks and the passwords of proxies; opens sessions that are exported. */
  ...encryptionKeyEnv,
  /** Included by the configuration of the NATS server, which reads it again when it changes: who may read events there. */
  MULTIWA_NATS_USERS_FILE: z.string().optional(),
  /** How subscribers reach NATS, where that is not how the gateway does; several with commas. */
  MULTIWA_NATS_PUBLIC_URL: z.string().optional(),
  /** Webhooks and proxies may be at private addresses: for those in the operator’s own network. */
  MULTIWA_ALLOW_PRIVATE_URLS: z.stringbool().default(false),
  ...mediaStorageEnv,
  ...mediaLinkEnv,
  /** The program that makes voice notes and previews; without it only what is Opus can be a voice note. */
  MULTIWA_FFMPEG: z.string().min(1).default('ffmpeg'),
  /** Largest file that may be uploaded, in megabytes, where its kind allows more. */
  MULTIWA_MEDIA_MAX_MB: z.coerce.number().int().min(1).default(2_048),
});

export interface GatewayParts {
  database: Database;
  bus: Bus;
  networks: readonly Network[];
  cipher: Cipher;
  allowPrivateUrls: boolean;
  queueLimit: number;
  lookupsPerDay: number;
  storage: MediaStorage;
  links: MediaLinks;
  maxMediaBytes: number;
  /** Makes voice notes and previews; undefined where it is not installed. */
  ffmpeg?: Ffmpeg | undefined;
  nats: {
    /** Addresses that subscribers are given. */
    servers: string[];
    usersFile: string | undefined;
  };
  logger: Logger;
  stops: Stops;
}

/** Puts the parts together. The returned app is complete but does not listen. */
export async function wireGateway(parts: GatewayParts): Promise<App> {
  const {
    database,
    bus,
    networks,
    cipher,
    allowPrivateUrls,
    queueLimit,
    lookupsPerDay,
    storage,
    links,
    nats,
    ffmpeg,
    logger,
    stops,
  } = parts;
  const { pool } = database;
  const now = () => new Date();
  const onError = (error: unknown) => logger.error({ err: error }, 'a background write failed');
  const metrics = createMetrics('gateway');
  const apiKeys = apiKeysRepository(database);
  const accounts = accountsRepository(database);
  const profiles = profilesRepository(database);
  const messages = messagesRepository(database);
  const contacts = contactsRepository(database);
  const conversations = conversationsRepository(database);

  const uses = startUseRecorder({ apiKeys, onError });
  stops.add(() => uses.stop());
  const authenticator = makeAuthenticator({
    apiKeys,
    operatorWorkspace: () => operatorWorkspace(pool),
    recordUse: uses.record,
    now,
  });
  const knownProfiles = makeKnownProfiles(profiles);
  const lookups = lookupsRepository(database);
  const budget = makeLookupBudget(lookups, lookupsPerDay, now);
  const numbers = makeNumbers({ lookups, budget, knownProfiles, bus, now });
  const resolveChat = makeResolveChat({ contacts, checkedForm: numbers.knownForm });
  const coldSendError = makeColdSends({ hasWritten: (...chat) => hasWrittenTo(pool, ...chat), now });
  const optOuts = makeOptOuts({ optOuts: optOutsRepository(database), bus });
  const accepting = { database, bus, messages, queueLimit, metrics, logger, onError, stops };
  const { acceptor, queueBound } = startAccepting(accepting);
  const sending = {
    knownProfiles,
    coldSendError,
    optOutRefusal: optOuts.refusal,
    queueBound,
    acceptor,
    messages,
    nextInOrder: makeAcceptanceOrder(Date.now, newId),
    now,
  };
  const acceptSend = makeAcceptSend(sending);
  const chatCommands = startChatCommands({
    bus,
    waiting: (...asked) => waitingChatCommands(pool, ...asked),
    forget: (ids) => forgetChatCommands(pool, ids),
    late: (...asked) => lateChatCommands(pool, ...asked),
    logger,
  });
  stops.add(() => chatCommands.stop());
  const waiters = makeSendWaiters({ bus, most: limits.sendWaiters });
  const previewLink = makePreviewLink({ fetch: guardedFetch, allowPrivate: allowPrivateUrls });
  const idempotency = idempotencyRepository(database);
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
    claimUpload: makeUploadOnce(idempotency),
  });
  const files = {
    media,
    makeVoice: makeVoiceNotes({ media: mediaRows, storage, ffmpeg }),
    makePreview: makePreviews({ storage, ffmpeg, logger }),
  };
  const composing = { messages, contacts, resolveChat, previewLink, ...files, now };
  const composeContent = makeComposeContent(composing);
  const statuses = statusesRepository(database);
  const withPeers = makeWithPeers((contactIds) => identitiesOf(pool, contactIds));
  const gauges = startFleetGauges({ database, metrics, logger });
  stops.add(() => gauges.stop());
  const { everyMs, batch, idempotencyMs } = timing.pruning;
  const pruning = poller(
    everyMs,
    async () => {
      while ((await pruneIdempotency(pool, idempotencyMs, batch)) === batch);
    },
    { name: 'idempotency pruning', logger },
  );
  stops.add(() => pruning.stop());

  const keysChanged = bus.onNudge(subjects.nudge.apiKeys, authenticator.forgetAll);
  const profileChanged = bus.onNudge(subjects.nudge.anyProfile, (subject) => {
    knownProfiles.forget(subject.slice(subject.lastIndexOf('.') + 1));
  });
  const optOutsChanged = bus.onNudge(subjects.nudge.optOuts, optOuts.forgetAll);
  stops.add(() => {
    for (const listener of [keysChanged, profileChanged, optOutsChanged]) listener.stop();
  });

  const subscribers = subscribersRepository(database);
  const kept = nats.usersFile ? keepSubscribers({ subscribers, bus, file: nats.usersFile, logger }) : undefined;
  stops.add(async () => kept?.stop());

  const broadcastRows = broadcastsRepository(database);
  const broadcasts = makeBroadcasts({ broadcasts: broadcastRows, knownProfiles, withPeers, now });

  const app = await buildApp({
    authenticator,
    links,
    idempotency,
    logger,
    metrics,
    version,
    ready: async () => ({ database: await answers(database), bus: bus.healthy() }),
    useCases: {
      apiKeys: makeApiKeys({
        apiKeys,
        keysChanged() {
          authenticator.forgetAll();
          bus.nudge(subjects.nudge.apiKeys);
        },
        now,
      }),
      accounts: makeAccounts({ accounts }),
      profiles: makeProfiles({
        profiles,
        accounts,
        bus,
        networks: new Set(networks),
        forget: knownProfiles.forget,
        logger,
      }),
      linking: makeLinking({ profiles, bus, now }),
      sessionFiles: makeSessionFiles({
        database,
        cipher,
        requireProfile: knownProfiles.require,
        changed: knownProfiles.forget,
        now,
      }),
      sessions: makeSessions({
        readRow: (scope) => readSessionRow(pool, scope),
        readQueue: (profileId) => readQueue(pool, profileId),
        bus,
        logger,
      }),
      history: makeHistory({ profiles, readHistory: (scope) => findHistorySync(pool, scope) }),
      proxies: makeProxies({ profiles, cipher, allowPrivateUrls, bus }),
      sendAndWait: makeSendAndWait({ sendMessage: makeSendMessage({ acceptSend, composeContent }), waiters, messages }),
      sendAlbum: makeSendAlbum({
        ...sending,
        composeAlbum: makeComposeAlbum(composing),
      }),
      forwardMessage: makeForwardMessage({
        acceptSend,
        resolveChat,
        composeForward: makeComposeForward({ mediaRows, media, makePreview: composing.makePreview }),
        messages,
      }),
      messages: makeMessages({
        messages,
        receipts: receiptsRepository(database),
        search: (search) => searchMessages(pool, search),
        knownProfiles,
        resolveChat,
        bus,
      }),
      conversations: makeConversations({ conversations, messages, knownProfiles, withPeers }),
      presence: makePresence({
        subscriptions: presenceSubscriptionsRepository(database),
        knownProfiles,
        resolveChat,
        bus,
      }),
      calls: makeCalls({ calls: callsRepository(database), knownProfiles, bus }),
      conversationChanges: makeConversationChanges({
        database,
        conversations,
        knownProfiles,
        commands: chatCommands,
        bus,
        withPeers,
        now,
      }),
      media,
      contacts: makeContacts({ contacts, knownProfiles, bus }),
      contactFiles: makeContactFiles({
        contacts,
        importLines: (...lines) => importContacts(database, ...lines),
        knownProfiles,
        bus,
        logger,
      }),
      numbers,
      people: makePeople({ contacts, lookups, budget, knownProfiles, bus, now }),
      ownProfile: makeOwnProfile({ knownProfiles, bus }),
      optOuts,
      groups: makeGroups({ groups: groupsRepository(database), profiles, knownProfiles, resolveChat, bus }),
      statuses: makeStatuses({
        statuses,
        receipts: receiptsRepository(database),
        messages,
        knownProfiles,
        acceptSend,
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
      broadcasts,
      broadcastControl: makeBroadcastControl({
        broadcasts: broadcastRows,
        view: broadcasts.view,
        knownProfiles,
        bus,
        now,
      }),
      automations: makeAutomations({
        automations: automationsRepository(database),
        knownProfiles,
        allowPrivateUrls,
        bus,
        withPeers,
      }),
      eventStreams: makeEventStreams({ bus, profiles, authenticator, logger, metrics }),
      webhooks: makeWebhooks({
        webhooks: webhooksRepository(database),
        askReplay: (replay) => askReplay(database, replay),
        knownProfiles,
        cipher,
        allowPrivateUrls,
        bus,
        now,
      }),
      subscribers: makeSubscribers({ subscribers, knownProfiles, bus, apply: kept?.apply, servers: nats.servers }),
      engineWorkers: makeEngineWorkers({
        list: (aliveMs) => listWorkers(pool, aliveMs),
        requestDrain: (...asked) => requestDrain(pool, ...asked),
        bus,
        logger,
      }),
    },
  });
  stops.add(() => app.close());
  // First of all: who waits would hold up the end of the requests.
  stops.add(() => waiters.stop());
  return app;
}

/** Opens what the gateway needs, wires it and listens. */
export async function startGateway(
  env: z.output<typeof gatewayEnv>,
  logger: Logger,
  onFatal: (error: Error) => void,
): Promise<Running> {
  const stops = new Stops();
  const cipher = openKeyring(env, logger);
  const database = openDatabase({
    url: env.DATABASE_URL,
    applicationName: 'multiwa-gateway',
    onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection broke'),
  });
  stops.add(() => database.close());
  const bus = await connectBus({ url: env.NATS_URL, name: 'gateway', logger, startSpan, onFatal });
  stops.add(() => bus.close());
  const keysReplaced = bus.onNudge(subjects.nudge.keys, cipher.reload);
  stops.add(() => keysReplaced.stop());
  const storage = openMediaStorage(env);
  stops.add(() => storage.close());
  const app = await wireGateway({
    database,
    bus,
    networks: env.MULTIWA_NETWORKS,
    cipher,
    allowPrivateUrls: env.MULTIWA_ALLOW_PRIVATE_URLS,
    queueLimit: env.MULTIWA_QUEUE_LIMIT,
    lookupsPerDay: env.MULTIWA_LOOKUPS_PER_DAY,
    storage,
    links: makeMediaLinks({
      publicUrl: env.MULTIWA_PUBLIC_URL,
      cipher,
      hours: env.MULTIWA_MEDIA_LINK_HOURS,
    }),
    maxMediaBytes: env.MULTIWA_MEDIA_MAX_MB * MIB,
    ffmpeg: await findFfmpeg(env.MULTIWA_FFMPEG),
    nats: {
      servers: (env.MULTIWA_NATS_PUBLIC_URL ?? withoutLogin(env.NATS_URL)).split(','),
      usersFile: env.MULTIWA_NATS_USERS_FILE,
    },
    logger,
    stops,
  });
  const address = await app.listen({ host: env.HOST, port: env.PORT });
  logger.info({ address }, 'gateway listens');
  return { stop: () => stops.run() };
}

/** The login in it is our services' own. */
function withoutLogin(natsUrl: string): string {
  return natsUrl.replace(/\/\/[^@/,]*@/g, '//');
}

async function answers({ pool }: Database): Promise<boolean> {
  await pool.query('SELECT 1');
  return true;
}
