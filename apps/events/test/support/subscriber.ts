import type { Bus } from '@multiwa/bus';
import type { EventEnvelope } from '@multiwa/contracts';
import { onTestFinished } from 'vitest';
import { waitFor } from '../../../../packages/testkit/src/wait-for.js';

export interface Subscriber {
  seen: EventEnvelope[];
  /** Resolves with all that was seen once there are so many. */
  until(count: number, timeoutMs?: number): Promise<EventEnvelope[]>;
}

/** Collects the events of a workspace as a customer would see them, until the test ends. */
export async function subscribe(bus: Bus, workspaceId: string): Promise<Subscriber> {
  const reader = await bus.readEvents({ workspaceId, after: 0 });
  const seen: EventEnvelope[] = [];
  const reading = (async () => {
    for await (const { envelope } of reader) seen.push(envelope);
  })();
  onTestFinished(async () => {
    await reader.stop();
    await reading;
  });
  return {
    seen,
    async until(count, timeoutMs) {
      await waitFor(() => seen.length >= count, { what: `${count} events; there are ${seen.length}`, timeoutMs });
      return seen;
    },
  };
}
