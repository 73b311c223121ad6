/** The value that so much of the values stay at or below (nearest rank); 0 of none. `share` is 0.5 for the middle. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** By how much y grows for each x, as the line of least squares says; 0 of fewer than two points. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (which: 0 | 1) => points.reduce((sum, point) => sum + point[which], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (points.length < 2 || spread === 0) return 0;
  return points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

/** p50, p99 and the most of some durations, in whole milliseconds, under names that begin with `prefix`. */
export function durations(prefix: string, values: readonly number[]): Record<string, number> {
  const name = (text: string) => (prefix === '' ? `${text[0]?.toLowerCase()}${text.slice(1)}` : `${prefix}${text}`);
  return {
    [name('P50Ms')]: Math.round(percentile(values, 0.5)),
    [name('P99Ms')]: Math.round(percentile(values, 0.99)),
    [name('MaxMs')]: Math.round(percentile(values, 1)),
  };
}
