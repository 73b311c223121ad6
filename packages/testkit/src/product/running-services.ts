import path from 'node:path';
import { freePort, ServiceProcess, type ServiceSpec } from '@multiwa/launcher';

const READY_TIMEOUT_MS = 60_000;
/** Longer than any service takes to end by itself. */
const STOP_TIMEOUT_MS = 15_000;
const GONE_TIMEOUT_MS = 5_000;

/**
 * The services of one product under a test's control. Unlike the launcher's supervisor it leaves a killed one down until it is
 * started again, so that a test decides for how long. More of a kind are numbered from 2: `engine-sandbox-2` is a second
 * worker beside `engine-sandbox`, with a port and a log of its own.
 */
export class RunningServices {
  readonly #specs: ServiceSpec[];
  readonly #logDir: string;
  readonly #say: (line: string) => void;
  readonly #running = new Map<string, ServiceProcess>();

  constructor(specs: readonly ServiceSpec[], logDir: string, say: (line: string) => void) {
    this.#specs = [...specs];
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

  /** Where a service answers for its health and its metrics. */
  opsUrl(name: string): string {
    const readyUrl = this.#specs.find((each) => each.name === name)?.readyUrl;
    if (readyUrl === undefined) throw new Error(`${name} answers nowhere`);
    return new URL(readyUrl).origin;
  }

  /** Starts all, stage by stage. */
  async startAll(): Promise<void> {
    const stages = [...new Set(this.#specs.map(({ stage = 0 }) => stage))].sort((a, b) => a - b);
    for (const stage of stages) {
      const members = this.#specs.filter((spec) => (spec.stage ?? 0) === stage);
      await Promise.all(members.map(({ name }) => this.start(name)));
    }
  }

  /** Starts one that does not run; resolves when it is ready. `env` is set for this start, over everything else. */
  async start(name: string, env: Record<string, string> = {}): Promise<void> {
    if (this.#running.has(name)) throw new Error(`${name} runs already`);
    const spec = this.#specs.find((each) => each.name === name) ?? (await this.#another(name));
    const service = new ServiceProcess(
      { ...spec, env: { ...spec.env, ...env } },
      {
        logFile: this.logFile(name),
        say: this.#say,
        changed: () => undefined,
      },
    );
    this.#running.set(name, service);
    service.start();
    await service.untilReady(READY_TIMEOUT_MS, new AbortController().signal);
  }

  /** SIGSTOP: it keeps its connections and does nothing, until `thaw`. */
  freeze(name: string): void {
    this.#signal(name, 'SIGSTOP');
  }

  /** SIGCONT. */
  thaw(name: string): void {
    this.#signal(name, 'SIGCONT');
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(name: string): Promise<void> {
    const service = this.#take(name);
    service.kill();
    await service.stop(GONE_TIMEOUT_MS);
  }

  /** SIGTERM; resolves when the process has ended by itself, and kills one that does not. */
  async stop(name: string): Promise<void> {
    if (this.pid(name) !== undefined) this.thaw(name);
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

  #signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.pid(name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    process.kill(pid, signal);
  }

  /** `<kind>-<number>`: the same as that kind, on another port. */
  async #another(name: string): Promise<ServiceSpec> {
    const kind = this.#specs.find(
      (each) => name.startsWith(`${each.name}-`) && /^-\d+$/.test(name.slice(each.name.length)),
    );
    if (!kind?.readyUrl) throw new Error(`no service ${name}: there are ${this.names().join(', ')}`);
    const port = String(await freePort());
    const readyUrl = new URL(kind.readyUrl);
    readyUrl.port = port;
    const spec = { ...kind, name, env: { ...kind.env, PORT: port }, readyUrl: readyUrl.href };
    this.#specs.push(spec);
    return spec;
  }

  #take(name: string): ServiceProcess {
    const service = this.#running.get(name);
    if (!service) throw new Error(`${name} does not run`);
    this.#running.delete(name);
    return service;
  }
}
