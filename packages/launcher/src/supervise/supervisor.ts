import path from 'node:path';
import { ServiceProcess, type ServiceSpec } from './service-process.js';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 7_500;
// Kept back for each stage that is still to stop, so that one slow service does not leave the others none.
const RESERVED_PER_STAGE_MS = 750;

export interface SupervisorOptions {
  /** Each service logs to `<logDir>/<name>.log`. */
  logDir: string;
  say(line: string): void;
  /** Told which processes run, after each change. */
  onProcesses?(running: readonly RunningProcess[]): void;
  /** For one stage to become ready, in milliseconds. */
  readyTimeoutMs?: number;
  /** For stopping all of them, in milliseconds. */
  stopTimeoutMs?: number;
}

export interface RunningProcess {
  name: string;
  pid: number;
}

/** Starts services stage by stage, starts each one again that ends by itself, stops them in the reverse order. */
export class Supervisor {
  readonly #stages: readonly ServiceProcess[][];
  readonly #options: SupervisorOptions;

  constructor(specs: readonly ServiceSpec[], options: SupervisorOptions) {
    this.#options = options;
    const around = { say: options.say, changed: () => options.onProcesses?.(this.running()) };
    this.#stages = stagesOf(specs).map((stage) =>
      stage.map(
        (spec) => new ServiceProcess(spec, { ...around, logFile: path.join(options.logDir, `${spec.name}.log`) }),
      ),
    );
  }

  /** Resolves when all are ready; throws a sentence naming the service that is not, and its log. Call stop in any case. */
  async start(signal: AbortSignal = new AbortController().signal): Promise<void> {
    const timeoutMs = this.#options.readyTimeoutMs ?? READY_TIMEOUT_MS;
    for (const stage of this.#stages) {
      signal.throwIfAborted();
      for (const service of stage) service.start();
      await Promise.all(stage.map((service) => service.untilReady(timeoutMs, signal)));
    }
  }

  running(): RunningProcess[] {
    return this.#stages.flat().flatMap(({ spec, pid }) => (pid === undefined ? [] : [{ name: spec.name, pid }]));
  }

  /** Stops all, the last started first. */
  async stop(): Promise<void> {
    const deadline = performance.now() + (this.#options.stopTimeoutMs ?? STOP_TIMEOUT_MS);
    for (const [index, stage] of [...this.#stages.entries()].reverse()) {
      const leftMs = deadline - performance.now() - index * RESERVED_PER_STAGE_MS;
      await Promise.all(stage.map((service) => service.stop(Math.max(leftMs, RESERVED_PER_STAGE_MS / 2))));
    }
  }

  /** Ends all at once. */
  kill(): void {
    for (const service of this.#stages.flat()) service.kill();
  }
}

function stagesOf(specs: readonly ServiceSpec[]): ServiceSpec[][] {
  const byStage = new Map<number, ServiceSpec[]>();
  for (const [index, spec] of specs.entries()) {
    const stage = spec.stage ?? index;
    byStage.set(stage, [...(byStage.get(stage) ?? []), spec]);
  }
  return [...byStage.entries()].sort(([a], [b]) => a - b).map(([, stage]) => stage);
}
