/** Stands at the head of every generated page. */
export const generatedNotice = '<!-- Generated from packages/contracts by "pnpm docs". Change it there. -->';

/** A Markdown table; cells may hold anything but line breaks. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Heading text that gives the anchor `#<text>`. */
export function code(text: string): string {
  return `\`${text}\``;
}

const units = [
  [24 * 3_600_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
  [1, 'millisecond'],
] as const;

/** Milliseconds in the largest unit that is whole. */
export function duration(milliseconds: number): string {
  for (const [size, unit] of units) {
    const count = milliseconds / size;
    if (Number.isInteger(count) && count > 0) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'no time';
}
