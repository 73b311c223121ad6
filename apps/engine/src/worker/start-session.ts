import type { Bus } from '@multiwa/bus';
import { outboundContentSchema, type SessionStatus } from '@multiwa/contracts';
import { type Database, type OwnedProfile, readSentContent } from '@multiwa/db';
import { activeSpan, type Cipher } from '@multiwa/runtime';
import type { Engine } from '../engines/engine.js';
import type { FactOutbox } from '../facts/fact-outbox.js';
import { openInbox } from '../inbound/inbox.js';
import type { Logger } from '../logger.js';
import type { EngineMetrics } from '../metrics.js';
import { CommandIntake } from '../outbound/command-intake.js';
import { CommandRunner } from '../outbound/command-runner.js';
import type { MessageStandings } from '../outbound/message-standings.js';
import type { HeldLease } from '../session/held-lease.js';
import { SessionSupervisor } from '../session/session-supervisor.js';
import { StatusTeller } from '../session/status-teller.js';
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
  standings: MessageStandings;
  opening: Slots;
  metrics: EngineMetrics;
  logger: Logger;
}

/** What the worker does for its sessions. */
export interface Host {
  /** Renews the leases now. */
  confirmOwner(): Promise<void>;
  onStatus(status: SessionStatus | undefined): void;
}

/** Puts together what supervises one profile for as long as this lease holds. */
export function makeSupervisor(shared: Shared, held: HeldLease, profile: OwnedProfile, host: Host): SessionSupervisor {
  const { engine, bus, database, cipher, writes, outbox, standings, opening, metrics } = shared;
  const { lease } = held;
  const { profileId, workspaceId } = profile;
  const logger = shared.logger.child({ profileId, generation: lease.generation });
  const store = openSessionStore({ executor: database.pool, cipher, writes, logger }, lease);
  const inbox = openInbox({ workspaceId, store, outbox, logger, onJournal: metrics.journal });
  let status: SessionStatus | undefined;
  const teller = new StatusTeller({
    lease,
    workspaceId,
    outbox,
    logger,
    onStatus(next) {
      metrics.status(status, next);
      status = next;
      host.onStatus(next);
    },
  });
  const session = {
    profileId,
    store,
    inbox,
    async sentContent(waMessageId: string) {
      const content = await readSentContent(database.pool, profileId, waMessageId);
      return outboundContentSchema.safeParse(content).data;
    },
  };
  return new SessionSupervisor(
    {
      engine,
      session,
      held,
      status: teller,
      intake: new CommandIntake({ bus, lease, logger }),
      makeRunner: (connection) =>
        new CommandRunner({
          connection,
          mayAct: () => held.mayAct(),
          standingOf: (messageId) => standings.of(messageId),
          say: (payload) =>
            outbox.publish(lease, { kind: 'message-status', payload, traceparent: activeSpan()?.traceparent }),
          logger,
          onOutcome: metrics.send,
          since: new Date(),
        }),
      receipts: async (payloads) => {
        await Promise.all(payloads.map((payload) => outbox.publish(lease, { kind: 'message-status', payload })));
      },
      replayJournal: () => inbox.replayJournal(),
      bus,
      opening,
      logger,
      onReconnect: metrics.reconnect,
      confirmOwner: () => host.confirmOwner(),
    },
    profile,
  );
}
