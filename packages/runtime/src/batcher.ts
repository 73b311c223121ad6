/**
 * Groups what is asked for at the same time into one call of `run`: while one batch is at work the next one gathers, so
 * that batches grow with the load and a lone item never waits. Batches and the items in them keep the order of `add`.
 */
export function makeBatcher<Item, Result>(options: {
  maxBatch: number;
  /** One result for each item, in the same order; a throw fails the whole batch. */
  run(batch: Item[]): Promise<Result[]>;
}): { add(item: Item): Promise<Result>; idle(): Promise<void> } {
  type Entry = { item: Item; resolve(result: Result): void; reject(error: unknown): void };
  let waiting: Entry[] = [];
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    // Requests that were read from their sockets in the same turn of the event loop go together.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const batch = waiting.slice(0, options.maxBatch);
      waiting = waiting.slice(options.maxBatch);
      await settle(batch);
    }
    working = undefined;
  }

  async function settle(batch: Entry[]): Promise<void> {
    try {
      const results = await options.run(batch.map(({ item }) => item));
      batch.forEach((entry, index) => {
        entry.resolve(results[index] as Result);
      });
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  }

  return {
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        working ??= work();
      });
    },
    idle: () => working ?? Promise.resolve(),
  };
}
