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
}

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
  return {
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
