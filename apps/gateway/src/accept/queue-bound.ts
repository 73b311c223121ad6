import { CodedError, timing } from '@multiwa/contracts';
import { makeBatcher } from '@multiwa/runtime';
import { LRUCache } from 'lru-cache';
import { limits } from '../limits.js';

export interface QueueBound {
  /**
   * Takes a place in a profile's queue; the answer is how many messages wait before it, as far as this process knows.
   * @throws CodedError `queue_full`
   */
  enter(profileId: string): number | Promise<number>;
  /** Gives a place back: nothing was stored. */
  leave(profileId: string): void;
}

export interface QueueBoundDeps {
  /** How many messages of each profile wait, counted up to `atMost`. */
  count(profileIds: readonly string[], atMost: number): Promise<Map<string, number>>;
  /** Messages of one profile that may wait. */
  limit: number;
  /** Monotonic. */
  nowMs?(): number;
}

interface Queue {
  depth: number;
  /** Places taken since it was counted. */
  own: number;
  countedAt: number;
  freshForMs: number;
}

/** Counting takes at most one part in so many of the time: a deep queue is counted less often. */
const countingShare = 20;

/**
 * Bounds what waits of each profile without a statement for each send: a profile's queue is counted at most every
 * timing.queue.countEveryMs, many profiles in one statement, and what this process accepts meanwhile is added. While
 * sends keep coming the next count runs beside them; nobody is refused on a count that is not fresh. What other replicas
 * accept, and what is sent, is seen with the next count: the bound holds up to that.
 */
export function makeQueueBound({ count, limit, nowMs = () => performance.now() }: QueueBoundDeps): QueueBound {
  const queues = new LRUCache<string, Queue>({ max: limits.cachedProfiles });
  const counting = new Map<string, Promise<Queue>>();
  const counter = makeBatcher<string, Queue>({ maxBatch: limits.countBatch, run: countAll });

  async function countAll(profileIds: string[]): Promise<Queue[]> {
    const before = new Map(profileIds.map((id) => [id, queues.get(id)?.own ?? 0]));
    const startedAt = nowMs();
    const depths = await count(profileIds, limit);
    const countedAt = nowMs();
    const freshForMs = Math.max(timing.queue.countEveryMs, countingShare * (countedAt - startedAt));
    return profileIds.map((id) => {
      // What was taken during the count is counted twice rather than not at all.
      const own = Math.max(0, (queues.get(id)?.own ?? 0) - (before.get(id) ?? 0));
      const queue = { depth: depths.get(id) ?? 0, own, countedAt, freshForMs };
      queues.set(id, queue);
      return queue;
    });
  }

  function recount(profileId: string): Promise<Queue> {
    const running = counting.get(profileId) ?? counter.add(profileId).finally(() => counting.delete(profileId));
    counting.set(profileId, running);
    return running;
  }

  const isFull = ({ depth, own }: Queue): boolean => depth + own >= limit;

  function take(queue: Queue): number {
    if (isFull(queue)) throw new CodedError('queue_full');
    queue.own += 1;
    return queue.depth + queue.own - 1;
  }

  return {
    enter(profileId) {
      const queue = queues.get(profileId);
      const ageMs = queue ? nowMs() - queue.countedAt : Number.POSITIVE_INFINITY;
      if (!queue || ageMs > 2 * queue.freshForMs) return recount(profileId).then(take);
      if (ageMs <= queue.freshForMs) return take(queue);
      const recounted = recount(profileId);
      if (isFull(queue)) return recounted.then(take);
      // Failing, it is counted again by the next send, which then waits for it.
      recounted.catch(() => undefined);
      return take(queue);
    },
    leave(profileId) {
      const queue = queues.get(profileId);
      if (queue && queue.own > 0) queue.own -= 1;
    },
  };
}
