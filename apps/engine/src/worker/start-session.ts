import type { Bus } from '@multiwa/bus';
import {
  healthReasonSchema,
  outboundContentSchema,
  profileSettingsSchema,
  restrictionSchema,
  type SessionStatus,
  subjects,
} from '@multiwa/contracts';
import {
  appliedHistoryPart,
  type Database,
  followedChats,
  isMessageStored,
  knowsGroups,
  messagesRepository,
  type OwnedProfile,
  readSentMessage,
} from '@multiwa/db';
import { healthOf, newId, type SessionHealth, sealedPlaces, troubleOf, type WatchdogLimits } from '@multiwa/domain';
import type { MediaStorage } from '@multiwa/media';
import { activeSpan, type Cipher, type PassPoint } from '@multiwa/runtime';
import type { Engine } from '../engines/engine.js';
import type { FactOutbox } from '../facts/fact-outbox.js';
import { HistoryImport } from '../history/history-import.js';
import { openInbox } from '../inbound/inbox.js';
import type { Logger } from '../logger.js';
import { outboundFiles } from '../media/outbound-files.js';
import { type DownloadSlots, ReceivedFiles } from '../media/received-files.js';
import type { EngineMetrics } from '../metrics.js';
import { ChatRunner } from '../outbound/chat-runner.js';
import { CommandIntake } from '../outbound/command-intake.js';
import { CommandRunner } from '../outbound/command-runner.js';
import type { SendGate } from '../outbound/send-gate.js';
import { RecentIds } from '../recent-ids.js';
import type { Footprint } from '../session/footprint.js';
import { GroupTeller } from '../session/group-teller.js';
import { HealthTeller } from '../session/health-teller.js';
import type { HeldLease } from '../session/held-lease.js';
import { SessionSupervisor } from '../session/session-supervisor.js';
import { StatusTeller } from '../session/status-teller.js';
import { Vitals } from '../session/vitals.js';
import type { Slots } from '../slots.js';
import { openSessionStore } from '../state/session-store.js';
import type { WriteGroup } from '../state/write-group.js';

/** What all sessions of a worker share. */
export interface Shared {
  engine: Engine;
  bus: Bus;
  database: Database;
  cipher: Cipher;
  writes: WriteGroup;
  outbox: FactOutbox;
  gate: SendGate;
  opening: Slots;
  watchdog: WatchdogLimits;
  footprint: Footprint;
  storage: MediaStorage;
  storeViewOnce: boolean;
  downloads: DownloadSlots;
  /** Chunks of history that are imported at the same time. */
  historyChunks: Slots;
  metrics: EngineMetrics;
  /** Told at every crash point. */
  at: PassPoint;
  logger: Logger;
}

/** What the worker says about itself and does for its sessions. */
export interface Host {
  workerId: string;
  /** Renews the leases now. */
  confirmOwner(): Promise<void>;
  /** Begins to hand the profile over to another worker; false when none has room. */
  handOver(): Promise<boolean>;
  onStatus(status: SessionStatus | undefined): void;
}

/** Outcomes that an owner remembers of its profile's last sends. */
const REMEMBERED = 512;
/** People named in one fact. */
const LEARNED_AT_ONCE = 200;

/** Puts together what supervises one profile for as long as this lease holds. */
export function makeSupervisor(shared: Shared, held: HeldLease, profile: OwnedProfile, host: Host): SessionSupervisor {
  const { engine, bus, database, cipher, writes, outbox, gate, opening, metrics, at, footprint } = shared;
  const { lease } = held;
  const { profileId, workspaceId } = profile;
  const logger = shared.logger.child({ profileId, generation: lease.generation });
  const store = openSessionStore({ executor: database.pool, cipher, writes, logger }, lease);
  const files = new ReceivedFiles({
    workspaceId,
    profileId,
    database,
    storage: shared.storage,
    slots: shared.downloads,
    say: (fact) =>
      outbox.publish(lease, {
        kind: 'media-state',
        payload: { ...fact, profileId, workspaceId, at: new Date().toISOString() },
      }),
    logger,
  });
  const history = new HistoryImport({
    workspaceId,
    profileId,
    slots: shared.historyChunks,
    storeViewOnce: shared.storeViewOnce,
    say: async (fact) => {
      await outbox.room();
      await outbox.publish(lease, fact);
    },
    appliedPart: (attempt) => appliedHistoryPart(database.pool, profileId, attempt),
    clearJournal: (entryId) => store.clearJournal(entryId),
    at,
    onJournal: metrics.journal,
    logger,
  });
  const inbox = openInbox({
    workspaceId,
    store,
    outbox,
    files,
    history,
    storeViewOnce: shared.storeViewOnce,
    receivesStatuses: () => profileSettingsSchema.parse(supervisor.profile().settings).receiveStatuses,
    isStored: (waMessageId) => isMessageStored(database.pool, profileId, waMessageId),
    at,
    logger,
    onJournal: metrics.journal,
  });
  let status: SessionStatus | undefined;
  const leave = footprint.enter();
  const teller = new StatusTeller({
    lease,
    workspaceId,
    outbox,
    logger,
    health: healthOfRow(profile),
    onStatus(next) {
      metrics.status(status, next);
      status = next;
      host.onStatus(next);
      if (next === undefined) leave();
    },
  });
  const session = {
    profileId,
    logger,
    store,
    inbox,
    history,
    at,
    files: outboundFiles(profileId, { database, storage: shared.storage }),
    async sentMessage(waMessageId: string) {
      const sent = await readSentMessage(database.pool, profileId, waMessageId);
      const content = outboundContentSchema.safeParse(sent?.content).data;
      return sent && content && { ...sent, content };
    },
    knowsGroups: () => knowsGroups(database.pool, profileId),
  };
  const concluded = new RecentIds(REMEMBERED);
  const withdraw = async (messageId: string) => {
    const cancelled = await messagesRepository(database).cancelWaiting({ workspaceId, profileId }, messageId, newId());
    if (cancelled) bus.nudge(subjects.nudge.outbox);
    return cancelled !== null;
  };
  const supervisor: SessionSupervisor = new SessionSupervisor(
    {
      engine,
      session,
      held,
      status: teller,
      health: new HealthTeller({ health: teller.health, tell: (health) => teller.tellHealth(health) }),
      vitals: new Vitals(),
      limits: shared.watchdog,
      intake: new CommandIntake({ bus, lease, withdraw, logger }),
      makeRunner: (connection) =>
        new CommandRunner({
          connection,
          mayAct: () => held.mayAct(),
          begin: (send) => gate.begin(send),
          say: (payload) =>
            outbox.publish(lease, { kind: 'message-status', payload, traceparent: activeSpan()?.traceparent }),
          concluded,
          at,
          logger,
          onOutcome: metrics.send,
        }),
      makeChatRunner: (connection) =>
        new ChatRunner({
          connection,
          mayAct: () => held.mayAct(),
          say: (payload) => outbox.publish(lease, { kind: 'chat-action-failed', payload }),
          logger,
        }),
      followed: () => followedChats(database.pool, profileId),
      presence: (payload) => {
        outbox.publish(lease, { kind: 'presence', payload }).catch(() => undefined);
      },
      call: (payload) => outbox.publish(lease, { kind: 'call', payload }),
      chatsChanged: async (payloads) => {
        await Promise.all(payloads.map((payload) => outbox.publish(lease, { kind: 'chat-changed', payload })));
      },
      receipts: async (facts) => {
        await outbox.room();
        await Promise.all(facts.map((fact) => outbox.publish(lease, fact)));
      },
      learned(people) {
        for (let from = 0; from < people.length; from += LEARNED_AT_ONCE) {
          const some = people.slice(from, from + LEARNED_AT_ONCE);
          const payload = { profileId, workspaceId, at: new Date().toISOString(), people: some };
          // What is lost with a crash is told again with the person's next message.
          outbox
            .publish(lease, { kind: 'contact-learned', payload })
            .catch((error: unknown) => logger.debug({ err: error }, 'Names of people were not told'));
        }
      },
      groups: new GroupTeller({
        profileId,
        workspaceId,
        generation: lease.generation,
        say: (fact) => outbox.publish(lease, fact),
      }),
      sayOfChannel: async (fact) => {
        if (fact.kind === 'channel-post') await outbox.room();
        await outbox.publish(lease, fact);
      },
      replayJournal: () => inbox.replayJournal(),
      files,
      history,
      bus,
      opening,
      logger,
      onReconnect: metrics.reconnect,
      workerId: host.workerId,
      confirmOwner: () => host.confirmOwner(),
      handOver: () => host.handOver(),
      proxyOf: ({ proxy }) => (proxy ? cipher.open(sealedPlaces.proxy(profileId), proxy) : undefined),
      memoryKb: () => footprint.shareKb(),
    },
    profile,
  );
  return supervisor;
}

function healthOfRow({ healthReason, restriction }: OwnedProfile): SessionHealth {
  const known = restrictionSchema.safeParse(restriction).data ?? null;
  const reason = healthReasonSchema.safeParse(healthReason).data ?? null;
  return healthOf(known, troubleOf({ healthReason: reason, restriction: known }));
}
