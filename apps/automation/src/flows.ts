import { type Flow, flowSchema } from '@multiwa/contracts';
import { type Executor, readFlow } from '@multiwa/db';

/** Published flows, from memory once read: a version never changes. */
export interface Flows {
  /**
   * Through the connection that the caller holds: waiting for a second one while holding the first could go on for ever.
   * @throws when there is no such version
   */
  get(executor: Executor, automationId: string, version: number): Promise<Flow>;
}

// Of the size of a screenful each.
const maxKept = 1_000;

export function makeFlows(): Flows {
  const kept = new Map<string, Flow>();
  return {
    async get(executor, automationId, version) {
      const key = `${automationId} ${version}`;
      const known = kept.get(key);
      if (known) return known;
      const flow = flowSchema.parse(await readFlow(executor, automationId, version));
      if (kept.size >= maxKept) kept.clear();
      kept.set(key, flow);
      return flow;
    },
  };
}
