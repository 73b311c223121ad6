import path from 'node:path';
import { ServiceProcess, type ServiceSpec } from '@multiwa/launcher';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 9_000;
const GONE_TIMEOUT_MS = 5_000;

/**
 * The services of one product under a test's control. Unlike the launcher's supervisor it leaves a killed one down until it is
 * started again, so that a test decides for how long.
 */
export class RunningServices {
  readonly #specs: readonly ServiceSpec[];
  readonly #logDir: string;
  readonly #say: (line: string) => void;
  readonly #running = new Map<string, ServiceProcess>();

  constructor(specs: readonly ServiceSpec[], logDir: string, say: (line: string) => void) {
    this.#specs = specs;
    this.#logDir = logDir;
    this.#say = say;
  }

  /** Names, in the order in which they start. */
  names(): string[] {
    return this.#specs.map(({ name }) => name);
  }

  logFile(name: string): string {
    return path.join(this.#logDir, `${name}.log`);
  }

  /** Process id of a service that runs. */
  pid(name: string): number | undefined {
    return this.#running.get(name)?.pid;
  }

  /** Starts all, stage by stage. */
  async startAll(): Promise<void> {
    const stages = [...new Set(this.#specs.map(({ stage = 0 }) => stage))].sort((a, b) => a - b);
    for (const stage of stages) {
      const members = this.#specs.filter((spec) => (spec.stage ?? 0) === stage);
      await Promise.all(members.map(({ name }) => this.start(name)));
    }
  }

  /** Starts one that does not run; resolves when it is ready. */
  async start(name: string): Promise<void> {
    const spec = this.#specs.find((each) => each.name === name);
    if (!spec) throw new Error(`no service ${name}: there are ${this.names().join(', ')}`);
    if (this.#running.has(name)) throw new Error(`${name} runs already`);
    const service = new ServiceProcess(spec, {
      logFile: this.logFile(name),
      say: this.#say,
      changed: () => undefined,
    });
    this.#running.set(name, service);
    service.start();
    await service.untilReady(READY_TIMEOUT_MS, new AbortController().signal);
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(name: string): Promise<void> {
    const service = this.#take(name);
    service.kill();
    await service.stop(GONE_TIMEOUT_MS);
  }

  /** SIGTERM; resolves when the process has ended by itself, and kills one that does not. */
  async stop(name: string): Promise<void> {
    await this.#take(name).stop(STOP_TIMEOUT_MS);
  }

  /** SIGTERM to all, the last started first. */
  async stopAll(): Promise<void> {
    for (const name of this.names().reverse()) {
      if (this.#running.has(name)) await this.stop(name);
    }
  }

  /** SIGKILL to all, without waiting. */
  killAll(): void {
    for (const service of this.#running.values()) service.kill();
  }

  #take(name: string): ServiceProcess {
    const service = this.#running.get(name);
    if (!service) throw new Error(`${name} does not run`);
    this.#running.delete(name);
    return service;
  }
}
