import type { Bus } from '@multiwa/bus';
import { type EventType, eventEnvelopeSchema, subjects } from '@multiwa/contracts';
import { limits } from '../limits.js';

/** What ends the wait for a send: WhatsApp has it, or it will never get it. */
const awaited: readonly EventType[] = ['message.sent', 'message.failed', 'message.cancelled'];

export interface SendWait {
  /** Resolves when the outcome of this message is announced, or at the deadline. */
  until(messageId: string, timeoutMs: number): Promise<void>;
  /** To be called when the wait is over, whatever became of it. */
  end(): void;
}

export interface SendWaiters {
  /**
   * Begins to listen, before the send is accepted, so that no outcome is missed. Undefined when too many wait already: a
   * caller then gets the answer at once, as one that does not wait.
   */
  listen(owner: { workspaceId: string; profileId: string }): SendWait | undefined;
  /** Ends all waits. */
  stop(): void;
}

interface Listener {
  readers: number;
  /** Outcomes that came while somebody listens: one may come before its message's id is waited for. */
  settled: Set<string>;
  waiting: Map<string, Set<() => void>>;
  stop(): void;
}

/**
 * Callers who wait for the outcome of their send. They wait for the event as it is announced, one subscription a profile
 * for as long as somebody waits; the row says afterwards what became of the message, also when an event was missed.
 */
export function makeSendWaiters({ bus, most }: { bus: Pick<Bus, 'onNudge'>; most: number }): SendWaiters {
  const listeners = new Map<string, Listener>();
  let waits = 0;

  function subscribe(workspaceId: string, profileId: string): Listener {
    const settled = new Set<string>();
    const waiting = new Map<string, Set<() => void>>();
    const subscriptions = awaited.map((type) =>
      bus.onNudge(subjects.event(workspaceId, profileId, type), (_subject, data) => {
        const { messageId } = eventEnvelopeSchema.parse(data).data;
        if (typeof messageId !== 'string') return;
        settled.add(messageId);
        const [oldest] = settled;
        if (settled.size > limits.rememberedOutcomes && oldest !== undefined) settled.delete(oldest);
        for (const wake of waiting.get(messageId) ?? []) wake();
      }),
    );
    const stop = () => {
      for (const subscription of subscriptions) subscription.stop();
    };
    return { readers: 0, settled, waiting, stop };
  }

  return {
    listen({ workspaceId, profileId }) {
      if (waits >= most) return undefined;
      waits += 1;
      const listener = listeners.get(profileId) ?? subscribe(workspaceId, profileId);
      listeners.set(profileId, listener);
      listener.readers += 1;
      let ended = false;
      return {
        until: (messageId, timeoutMs) => wait(listener, messageId, timeoutMs),
        end() {
          if (ended) return;
          ended = true;
          waits -= 1;
          listener.readers -= 1;
          if (listener.readers > 0) return;
          listener.stop();
          listeners.delete(profileId);
        },
      };
    },

    stop() {
      for (const { waiting } of listeners.values()) {
        for (const wakes of waiting.values()) for (const wake of wakes) wake();
      }
    },
  };
}

async function wait({ settled, waiting }: Listener, messageId: string, timeoutMs: number): Promise<void> {
  if (settled.has(messageId)) return;
  const wakes = waiting.get(messageId) ?? new Set();
  waiting.set(messageId, wakes);
  await new Promise<void>((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      wakes.delete(wake);
      if (wakes.size === 0) waiting.delete(messageId);
      resolve();
    };
    const timer = setTimeout(wake, timeoutMs);
    wakes.add(wake);
  });
}
