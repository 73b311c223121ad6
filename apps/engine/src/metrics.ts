import type { SessionStatus } from '@multiwa/contracts';
import type { createMetrics } from '@multiwa/runtime';

type Registry = ReturnType<typeof createMetrics>;

/** What the engine counts. */
export interface EngineMetrics {
  /** A session has changed its state; undefined is "not here". */
  status(from: SessionStatus | undefined, to: SessionStatus | undefined): void;
  send(outcome: string): void;
  journal(change: number): void;
  statement(ok: boolean): void;
  reconnect(reason: string): void;
  /** How many sessions are fair for this worker. */
  share(sessions: number): void;
  claim(kind: ClaimKind): void;
  /** A session is being handed over to a chosen worker. */
  handOver(cause: string): void;
  /** It is open there; from closing here, in seconds. */
  handedOver(seconds: number): void;
  /** A lease went to another worker without having been given up. */
  lost(): void;
  lifelineBroke(): void;
}

/** Where a claimed lease came from: `orphaned` from a dead worker, `expired` from one that does not say a word. */
export type ClaimKind = 'free' | 'handed_over' | 'orphaned' | 'expired';

export function engineMetrics(registry: Registry): EngineMetrics {
  const sessions = registry.gauge('engine_sessions', 'Sessions that this worker owns, by status.', ['status']);
  const sends = registry.counter('engine_sends_total', 'Send commands that ended, by outcome.', ['outcome']);
  const journal = registry.gauge('engine_journal_entries', 'Received messages journaled and not yet published.');
  const statements = registry.counter(
    'engine_state_statements_total',
    'Statements that wrote session state, each for all sessions that had something to write.',
    ['result'],
  );
  const reconnects = registry.counter('engine_reconnects_total', 'Connections opened again, by reason.', ['reason']);
  const share = registry.gauge('engine_share_sessions', 'Sessions that are fair for this worker at the moment.');
  const claims = registry.counter('engine_claims_total', 'Leases claimed, by where they came from.', ['kind']);
  const handOvers = registry.counter('engine_handovers_total', 'Sessions handed over to another worker.', ['cause']);
  const handOverSeconds = registry.histogram(
    'engine_handover_seconds',
    'From closing a session to its being known as open at the worker that got it.',
    [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5],
  );
  const lost = registry.counter(
    'engine_leases_lost_total',
    'Leases that went to another worker without being given up.',
  );
  const broken = registry.counter('engine_lifeline_breaks_total', 'Times that the lifeline to the database broke.');
  return {
    share: (sessions) => share.set(sessions),
    claim: (kind) => claims.inc({ kind }),
    handOver: (cause) => handOvers.inc({ cause }),
    handedOver: (seconds) => handOverSeconds.observe(seconds),
    lost: () => lost.inc(),
    lifelineBroke: () => broken.inc(),
    status(from, to) {
      if (from !== undefined) sessions.dec({ status: from });
      if (to !== undefined) sessions.inc({ status: to });
    },
    send: (outcome) => sends.inc({ outcome }),
    journal: (change) => journal.inc(change),
    statement: (ok) => statements.inc({ result: ok ? 'ok' : 'failed' }),
    reconnect: (reason) => reconnects.inc({ reason }),
  };
}
