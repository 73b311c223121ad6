/**
 * Sort keys for rows accepted one after the other, strictly increasing by (createdAt, id) within a process.
 * The database keeps milliseconds, ids count within one; this bridges the two places where ids alone would not do:
 * their counter wraps after 1,679,616, and a clock may be set back.
 */
export function makeAcceptanceOrder(nowMs: () => number, nextId: () => string): () => { id: string; createdAt: Date } {
  let lastMs = 0;
  let lastId = '';
  return () => {
    const id = nextId();
    const ms = Math.max(nowMs(), lastMs);
    lastMs = ms === lastMs && id <= lastId ? ms + 1 : ms;
    lastId = id;
    return { id, createdAt: new Date(lastMs) };
  };
}
