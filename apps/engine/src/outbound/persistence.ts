import { setMaxListeners } from 'node:events';
import type { HandlerResult } from '@multiwa/bus';
import { timing } from '@multiwa/contracts';
import { SilencedError } from '../facts/fact-outbox.js';

/** Handed back to a consumer that is about to be replaced; the next one gets it at once. */
export const HANDED_BACK: HandlerResult = { retryInMs: 1_000 };

/** An attempt that may do better later. */
export interface Retry {
  kind: 'retry';
  detail: string;
}

/** How a command ended: with the outcome of its last attempt, or without one after the last pause. */
export interface Settled<O> {
  outcome: Exclude<O, Retry> | { kind: 'exhausted'; detail: string };
  /** Attempts before the last one. */
  attempt: number;
}

/** Trying again and waiting, for the commands of one connection, until its end. */
export class Persistence {
  readonly #ending = new AbortController();

  constructor() {
    // One for each command that pauses, which are as many as there are in hand.
    setMaxListeners(0, this.#ending.signal);
  }

  get ended(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Cuts every pause short. */
  end(): void {
    this.#ending.abort();
  }

  /** False when the end cut it short. */
  async pause(ms: number): Promise<boolean> {
    const { signal } = this.#ending;
    if (signal.aborted) return false;
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      signal.addEventListener('abort', finish);
    });
    return !signal.aborted;
  }

  /**
   * Attempts it until something else than `retry` comes of it, with the pauses of timing.send.retryMs in between.
   * @param attempt resolves with undefined when it cannot be attempted here any more
   * @returns undefined then, and when the end cut a pause short
   */
  async settle<O extends { kind: string }>(
    attempt: () => Promise<O | undefined>,
    onRetry: (retry: { attempt: number; pauseMs: number; detail: string }) => void,
  ): Promise<Settled<O> | undefined> {
    for (let attempts = 0; ; attempts += 1) {
      const outcome = await attempt();
      if (outcome === undefined) return undefined;
      if (isSettled(outcome)) return { outcome, attempt: attempts };
      const { detail } = outcome as O & Retry;
      const pauseMs = timing.send.retryMs[attempts];
      if (pauseMs === undefined) return { outcome: { kind: 'exhausted', detail }, attempt: attempts };
      onRetry({ attempt: attempts, pauseMs, detail });
      if (!(await this.pause(pauseMs))) return undefined;
    }
  }
}

function isSettled<O extends { kind: string }>(outcome: O): outcome is Exclude<O, Retry> {
  return outcome.kind !== 'retry';
}

/** Says how a command ended. @returns whether it is known: false when this owner may say nothing any more */
export async function isSaid(saying: Promise<void>): Promise<boolean> {
  try {
    await saying;
    return true;
  } catch (error) {
    if (error instanceof SilencedError) return false;
    throw error;
  }
}

export function retryAfter(error: unknown): Retry {
  return { kind: 'retry', detail: error instanceof Error ? error.message : String(error) };
}
