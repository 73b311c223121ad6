import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { LauncherError } from '../errors.js';
import { sendSignal } from '../system/processes.js';
import { restartDelayMs } from './backoff.js';
import { LogFile } from './log-file.js';
import { TerminalBudget } from './terminal-budget.js';
import { terminalLine } from './terminal-line.js';

const READY_POLL_MS = 50;
const READY_REQUEST_TIMEOUT_MS = 2_000;
const STABLE_AFTER_MS = 30_000;
const CRASHES_BEFORE_GIVING_UP = 3;
const KILL_WAIT_MS = 1_000;

/** One process to keep running. */
export interface ServiceSpec {
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Answers 200 when the service can do its work; without it the service counts as ready once started. */
  readyUrl?: string;
  /** Services of one stage start together; a stage starts when the one before is ready. Default: one stage each. */
  stage?: number;
}

export interface ServiceSurroundings {
  logFile: string;
  /** Tells the operator something, one line. */
  say(line: string): void;
  /** Called after each start and end, so that the running processes can be recorded. */
  changed(): void;
}

/** A service's process: started, watched, started again after a crash with growing pauses, stopped on request. */
export class ServiceProcess {
  readonly spec: ServiceSpec;
  readonly #around: ServiceSurroundings;
  readonly #log: LogFile;
  readonly #budget = new TerminalBudget();
  #child: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();
  #restart: NodeJS.Timeout | undefined;
  #crashes = 0;
  #wasReady = false;
  #stopping = false;

  constructor(spec: ServiceSpec, around: ServiceSurroundings) {
    this.spec = spec;
    this.#around = around;
    this.#log = new LogFile(around.logFile);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const startedAt = performance.now();
    const child = spawn(this.spec.command, [...this.spec.args], {
      env: this.spec.env,
      // The IPC channel tells the service when the launcher dies; see parent-watch.ts.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Its own process group: Ctrl-C in the terminal must reach the launcher only, which stops things in order.
      detached: true,
    });
    this.#child = child;
    this.#gone = endOf(child).then((how) => this.#ended(startedAt, how));
    this.#readLines(child, 'stdout');
    this.#readLines(child, 'stderr');
    this.#around.changed();
  }

  /** Resolves when the service is ready for the first time; throws one sentence when it will not be. */
  async untilReady(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!(await this.#isReady())) {
      signal.throwIfAborted();
      if (this.#crashes >= CRASHES_BEFORE_GIVING_UP) throw this.#failure('ended again and again while starting');
      if (performance.now() >= deadline) throw this.#failure(`was not ready within ${timeoutMs / 1_000} s`);
      await sleep(READY_POLL_MS);
    }
    this.#wasReady = true;
  }

  /** SIGTERM, then SIGKILL when it has not ended after `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const pid = this.pid;
    if (pid !== undefined) {
      sendSignal(pid, 'SIGTERM');
      if (!(await this.#isGoneWithin(timeoutMs))) {
        this.#around.say(`${this.spec.name} did not stop within ${Math.round(timeoutMs / 100) / 10} s and was killed.`);
        sendSignal(pid, 'SIGKILL');
        await this.#isGoneWithin(KILL_WAIT_MS);
      }
    }
    await this.#log.close();
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#restart);
    if (this.pid !== undefined) sendSignal(this.pid, 'SIGKILL');
  }

  async #isGoneWithin(timeoutMs: number): Promise<boolean> {
    const timer = new AbortController();
    const late = sleep(timeoutMs, false, { signal: timer.signal }).catch(() => false);
    const gone = await Promise.race([this.#gone.then(() => true), late]);
    timer.abort();
    return gone;
  }

  #ended(startedAt: number, how: string): void {
    this.#child = undefined;
    this.#around.changed();
    if (this.#stopping) return;
    const wasStable = performance.now() - startedAt >= STABLE_AFTER_MS;
    this.#crashes = wasStable && this.#wasReady ? 1 : this.#crashes + 1;
    const delayMs = restartDelayMs(this.#crashes);
    this.#around.say(
      `${this.spec.name} ended (${how}); starting it again in ${delayMs / 1_000} s. Its log: ${this.#log.file}`,
    );
    this.#restart = setTimeout(() => this.start(), delayMs);
  }

  async #isReady(): Promise<boolean> {
    if (!this.#child) return false;
    if (!this.spec.readyUrl) return true;
    try {
      const answer = await fetch(this.spec.readyUrl, { signal: AbortSignal.timeout(READY_REQUEST_TIMEOUT_MS) });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }

  #failure(what: string): LauncherError {
    return new LauncherError('service_failed', `The service ${this.spec.name} ${what}: see ${this.#log.file}.`);
  }

  #readLines(child: ChildProcess, stream: 'stdout' | 'stderr'): void {
    const input = child[stream];
    if (!input) return;
    createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      this.#log.writeLine(line);
      const shown = terminalLine(this.spec.name, line, stream);
      const verdict = shown ? this.#budget.spend(performance.now()) : 'hide';
      if (shown && verdict === 'show') this.#around.say(shown);
      if (verdict === 'more') this.#around.say(`${this.spec.name}: more of this in ${this.#log.file}`);
    });
  }
}

/** Resolves with how the process ended, in words. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}
