import type { TraceLine } from '../model/trace.js';

/** A trace as text, one node a line with the rule that touched it, for the message of a failing test. */
export function formatTrace(lines: readonly TraceLine[]): string {
  return lines.map(formatLine).join('\n');
}

function formatLine({ seq, atMs, connection, phone, device, direction, text, rule, action }: TraceLine): string {
  const who = phone === undefined ? connection : `${connection} ${phone}:${device}`;
  const arrow = { in: '>', out: '<', note: '#' }[direction];
  return `${seq} ${new Date(atMs).toISOString()} ${who} ${arrow} ${text}${rule ? ` [${rule} ${action}]` : ''}`;
}
