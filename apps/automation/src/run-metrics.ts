import type { Metrics } from '@multiwa/runtime';

interface Counter<L extends string> {
  inc(labels: Record<L, string>): void;
}

/** What the service counts of flows. */
export interface RunMetrics {
  messages: Counter<'outcome'>;
  runs: Counter<'outcome'>;
  steps: Counter<'kind' | 'outcome'>;
  dueLag: { observe(lagMs: number): void };
  driven: { set(count: number): void };
}

export function makeRunMetrics(metrics: Metrics): RunMetrics {
  return {
    messages: metrics.counter('automation_messages_total', 'Received messages, by what became of them', ['outcome']),
    runs: metrics.counter('automation_runs_total', 'Runs that were started and that ended, by outcome', ['outcome']),
    steps: metrics.counter('automation_steps_total', 'Steps taken, by kind and outcome', ['kind', 'outcome']),
    dueLag: metrics.histogram(
      'automation_due_lag_ms',
      'From when a run was due until a driver took it, in milliseconds',
      [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 30_000],
    ),
    driven: metrics.gauge('automation_runs_driven', 'Runs that this process drives right now'),
  };
}
