import type { Bus } from '@multiwa/bus';
import { type Network, subjects, timing } from '@multiwa/contracts';
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
  idempotencyRepository,
  identitiesOf,
  importContacts,
  lateChatCommands,
  listWorkers,
  lookupsRepository,
  messagesRepository,
  operatorWorkspace,
  optOutsRepository,
  presenceSubscriptionsRepository,
  profilesRepository,
  pruneIdempotency,
  readQueue,
  readSessionRow,
  receiptsRepository,
  requestDrain,
  searchMessages,
  subscribersRepository,
  waitingChatCommands,
  webhooksRepository,
} from '@multiwa/db';
import type { Ffmpeg, MediaLinks, MediaStorage } from '@multiwa/media';
import { type Cipher, createMetrics, type Logger, poller } from '@multiwa/runtime';
import { startChatCommands } from './accept/chat-commands.js';
import { buildApp } from './app.js';
import { makeAuthenticator } from './auth/authenticate.js';
import { startUseRecorder } from './auth/use-recorder.js';
import { startFleetGauges } from './fleet-gauges.js';
import type { App } from './routes/route-types.js';
import { makeEventStreams } from './sse/event-streams.js';
import type { Stops } from './stops.js';
import { keepSubscribers } from './subscribers/keep-subscribers.js';
import { makeAccounts } from './use-cases/accounts.js';
import { makeResolveChat } from './use-cases/addressing.js';
import { makeApiKeys } from './use-cases/api-keys.js';
import { makeAutomations } from './use-cases/automations.js';
import { makeBroadcastControl } from './use-cases/broadcast-control.js';
import { makeBroadcasts } from './use-cases/broadcasts.js';
import { makeCalls } from './use-cases/calls.js';
import { makeContactFiles } from './use-cases/contact-files.js';
import { makeContacts } from './use-cases/contacts.js';
import { makeConversationChanges } from './use-cases/conversation-changes.js';
import { makeConversations } from './use-cases/conversations.js';
import { makeEngineWorkers } from './use-cases/engine-workers.js';
import { makeGroups } from './use-cases/groups.js';
import { makeHistory } from './use-cases/history.js';
import { makeKnownProfiles } from './use-cases/known-profile.js';
import { makeLinking } from './use-cases/linking.js';
import { makeLookupBudget } from './use-cases/lookup-budget.js';
import { makeMessages } from './use-cases/messages.js';
import { makeNumbers } from './use-cases/numbers.js';
import { makeOptOuts } from './use-cases/opt-outs.js';
import { makeOwnProfile } from './use-cases/own-profile.js';
import { makeWithPeers } from './use-cases/peers.js';
import { makePeople } from './use-cases/people.js';
import { makePresence } from './use-cases/presence.js';
import { makeProfiles } from './use-cases/profiles.js';
import { makeProxies } from './use-cases/proxies.js';
import { makeSessionFiles } from './use-cases/session-files.js';
import { makeSessions } from './use-cases/sessions.js';
import { makeSubscribers } from './use-cases/subscribers.js';
import { makeWebhooks } from './use-cases/webhooks.js';
import { wireSending } from './wire-sending.js';

export const version = '0.1.0';

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
  const { database, bus, networks, cipher, allowPrivateUrls, lookupsPerDay, links, nats, logger, stops } = parts;
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
  const optOuts = makeOptOuts({ optOuts: optOutsRepository(database), bus });
  const idempotency = idempotencyRepository(database);
  const chatCommands = startChatCommands({
    bus,
    waiting: (...asked) => waitingChatCommands(pool, ...asked),
    forget: (ids) => forgetChatCommands(pool, ids),
    late: (...asked) => lateChatCommands(pool, ...asked),
    logger,
  });
  stops.add(() => chatCommands.stop());
  const { stopWaiting, ...sending } = wireSending({
    ...parts,
    messages,
    contacts,
    knownProfiles,
    resolveChat,
    optOutRefusal: optOuts.refusal,
    chatCommands,
    idempotency,
    metrics,
    onError,
    now,
  });
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
      ...sending,
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
  stops.add(stopWaiting);
  return app;
}

async function answers({ pool }: Database): Promise<boolean> {
  await pool.query('SELECT 1');
  return true;
}
