import type { Bus } from '@multiwa/bus';
import type { SendCommand } from '@multiwa/contracts';
import type { Logger } from '@multiwa/runtime';
import { limits } from '../limits.js';

/** A command, and beside it the trace that it belongs to. */
export type TracedCommand = SendCommand & { traceparent?: string | null };

export interface CommandPublisher {
  /**
   * Hands commands to their streams, each profile's in the order of the calls. Resolves when they are stored there, or
   * when they have to wait: their rows stay QUEUED without `commandedAt` and are published later, still in order.
   */
  publish(command: TracedCommand): Promise<'published' | 'later'>;
  /** Waits for what is on its way. */
  stop(): Promise<void>;
}

export interface CommandPublisherDeps {
  bus: Pick<Bus, 'publishCommands' | 'healthy'>;
  /** The oldest sends of a profile that no stream has confirmed, in order. */
  unconfirmed(profileId: string, limit: number): Promise<TracedCommand[]>;
  /** Notes what the streams hold, soon. */
  confirmed(messageIds: readonly string[]): void;
  /** The same at once, so that `unconfirmed` gives it no more. */
  confirmedNow(messageIds: readonly string[]): Promise<void>;
  logger: Pick<Logger, 'warn' | 'info' | 'error'>;
}

interface Entry {
  command: TracedCommand;
  resolve(outcome: 'published' | 'later'): void;
}

/** What is known of a profile while something of it is on its way or held back. */
interface Lane {
  waiting: Entry[];
  /** At most one call is under way for a profile: the next would overtake one that has to be repeated. */
  inFlight: boolean;
  /** A command was not confirmed: from then on the database is the queue, so that memory does not grow with an outage. */
  heldBack: boolean;
  /** Sends that were left to the database so far. */
  left: number;
}

export function startCommandPublisher(deps: CommandPublisherDeps): CommandPublisher {
  const lanes = new Map<string, Lane>();
  const underWay = new Set<Promise<void>>();
  let scheduled = false;
  let stopping = false;
  let retryTimer: NodeJS.Timeout | undefined;
  let catchingUp: Promise<void> | undefined;

  function laneOf(profileId: string): Lane {
    const lane = lanes.get(profileId) ?? { waiting: [], inFlight: false, heldBack: false, left: 0 };
    lanes.set(profileId, lane);
    return lane;
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      const sending = sendWaiting().finally(() => underWay.delete(sending));
      underWay.add(sending);
    });
  }

  async function sendWaiting(): Promise<void> {
    const ready = [...lanes].filter(([, lane]) => !lane.inFlight && lane.waiting.length > 0);
    const entries = ready.flatMap(([, lane]) => {
      lane.inFlight = true;
      return lane.waiting.splice(0);
    });
    if (entries.length === 0) return;
    const results = await deps.bus.publishCommands(entries.map(({ command }) => itemOf(command)));
    const stored = entries.filter((_, index) => results[index]?.ok);
    deps.confirmed(stored.map(({ command }) => command.messageId));
    entries.forEach((entry, index) => {
      if (results[index]?.ok) entry.resolve('published');
      else leave(entry);
    });
    for (const [profileId, lane] of ready) {
      lane.inFlight = false;
      if (lane.heldBack) for (const entry of lane.waiting.splice(0)) leave(entry);
      else if (lane.waiting.length > 0) schedule();
      else lanes.delete(profileId);
    }
  }

  function leave({ command, resolve }: Entry): void {
    const lane = laneOf(command.profileId);
    if (!lane.heldBack)
      deps.logger.warn({ profileId: command.profileId }, 'commands wait: their stream does not answer');
    lane.heldBack = true;
    lane.left += 1;
    resolve('later');
    catchUpSoon();
  }

  function catchUpSoon(): void {
    if (stopping || retryTimer || catchingUp) return;
    retryTimer = setTimeout(() => {
      retryTimer = undefined;
      catchingUp = catchUp().finally(() => {
        catchingUp = undefined;
        if ([...lanes.values()].some(({ heldBack }) => heldBack)) catchUpSoon();
      });
    }, limits.republishEveryMs);
  }

  async function catchUp(): Promise<void> {
    for (const [profileId, lane] of lanes) {
      if (!lane.heldBack || lane.inFlight) continue;
      if (stopping || !deps.bus.healthy()) return;
      try {
        await catchUpLane(profileId, lane);
      } catch (error) {
        deps.logger.error({ err: error, profileId }, 'commands that wait could not be published');
      }
    }
  }

  async function catchUpLane(profileId: string, lane: Lane): Promise<void> {
    for (;;) {
      const leftBefore = lane.left;
      const commands = await deps.unconfirmed(profileId, limits.republishBatch);
      if (commands.length > 0) {
        if (!(await republish(commands))) return;
      } else if (lane.left === leftBefore) {
        // Nothing was left to the database while it was asked: from here on the lane goes directly again.
        lanes.delete(profileId);
        deps.logger.info({ profileId, messages: lane.left }, 'commands that waited are published');
        return;
      }
    }
  }

  /** All that were confirmed up to the first that was not; the rest comes again. */
  async function republish(commands: readonly TracedCommand[]): Promise<boolean> {
    const results = await deps.bus.publishCommands(commands.map((command) => itemOf({ ...command, repeated: true })));
    const failedAt = results.findIndex(({ ok }) => !ok);
    const stored = failedAt < 0 ? commands : commands.slice(0, failedAt);
    await deps.confirmedNow(stored.map(({ messageId }) => messageId));
    return failedAt < 0;
  }

  return {
    publish(command) {
      const lane = laneOf(command.profileId);
      return new Promise((resolve) => {
        const entry = { command, resolve };
        if (lane.heldBack || !deps.bus.healthy()) return leave(entry);
        lane.waiting.push(entry);
        schedule();
      });
    },
    async stop() {
      stopping = true;
      clearTimeout(retryTimer);
      await catchingUp;
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** As the bus takes it: the trace travels as a header. */
function itemOf({ traceparent, ...payload }: TracedCommand) {
  return { verb: 'send' as const, payload, traceparent };
}
