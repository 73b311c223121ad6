/** How what was seen of one chat differs from what was said in it. */
export interface Difference {
  missing: string[];
  doubled: string[];
  /** Those that came behind one that was said later. */
  reordered: string[];
}

/** Compares what was said, in order and each once, with what was seen, in order. What was not said is not looked at. */
export function compare(said: readonly string[], seen: readonly string[]): Difference {
  const place = new Map(said.map((text, index) => [text, index]));
  const met = new Set<string>();
  const doubled: string[] = [];
  const reordered: string[] = [];
  let furthest = -1;
  for (const text of seen) {
    const index = place.get(text);
    if (index === undefined) continue;
    if (met.has(text)) {
      doubled.push(text);
      continue;
    }
    met.add(text);
    if (index < furthest) reordered.push(text);
    furthest = Math.max(furthest, index);
  }
  return { missing: said.filter((text) => !met.has(text)), doubled, reordered };
}

/** Sequence numbers that are missing between the first and the last of those seen. */
export function gapsIn(sequences: readonly number[]): number {
  if (sequences.length === 0) return 0;
  const distinct = new Set(sequences);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const each of distinct) {
    least = Math.min(least, each);
    most = Math.max(most, each);
  }
  return most - least + 1 - distinct.size;
}
