import { styleText } from 'node:util';
import qrcode from 'qrcode';

type Style = Parameters<typeof styleText>[0];

const colourful = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const STEP_WIDTH = 70;
const TIME_WIDTH = 7;
const BAR_WIDTH = 24;

function paint(style: Style, text: string): string {
  return colourful ? styleText(style, text) : text;
}

export function title(text: string): void {
  console.info(`\n${paint('bold', text)}`);
}

export function note(text: string): void {
  console.info(paint('dim', `    ${text}`));
}

/** A step that was seen, and how long it took to see it. */
export function seen(what: string, ms: number): void {
  console.info(
    `  ${paint('green', '✓')} ${what.padEnd(STEP_WIDTH)}${paint('dim', `${Math.round(ms)} ms`.padStart(9))}`,
  );
}

export function failed(what: string, why: string): void {
  console.error(`  ${paint('red', '✗')} ${what}\n    ${why}`);
}

export async function showQr(text: string): Promise<void> {
  const drawn = colourful
    ? await qrcode.toString(text, { type: 'terminal', small: true, errorCorrectionLevel: 'L' })
    : await qrcode.toString(text, { type: 'utf8', margin: 2, errorCorrectionLevel: 'L' });
  console.info(drawn.replace(/^/gm, '    '));
}

/** One row of a timeline: when, as a bar that starts where the one before ended. */
export interface Hop {
  name: string;
  how: string;
  atMs: number;
}

export function showTimeline(hops: readonly Hop[]): void {
  const start = hops[0]?.atMs ?? 0;
  const total = Math.max(1, (hops.at(-1)?.atMs ?? 0) - start);
  let before = start;
  for (const { name, how, atMs } of hops) {
    const from = Math.round(((before - start) / total) * BAR_WIDTH);
    const to = Math.max(from + 1, Math.round(((atMs - start) / total) * BAR_WIDTH));
    const bar = `${' '.repeat(Math.min(from, BAR_WIDTH - 1))}${'█'.repeat(Math.min(to, BAR_WIDTH) - Math.min(from, BAR_WIDTH - 1))}`;
    const delta = `+${atMs - before} ms`.padStart(9);
    const since = `${atMs - start} ms`.padStart(9);
    console.info(
      `  ${paint('bold', name.padEnd(11))}${since}${paint('dim', delta)}  ${paint('cyan', bar.padEnd(BAR_WIDTH))}  ${paint('dim', how)}`,
    );
    before = atMs;
  }
}

/** What one part of the demo came to. */
export interface SummaryRow {
  part: string;
  result: string;
  ms: number;
  isSkipped?: boolean;
}

export function showSummary(rows: readonly SummaryRow[]): void {
  const widthOf = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));
  const part = widthOf(rows.map((row) => row.part));
  const result = widthOf(rows.map((row) => row.result));
  const line = (left: string, middle: string, right: string) =>
    `  ${left}${'─'.repeat(part + 2)}${middle}${'─'.repeat(result + 2)}${middle}${'─'.repeat(TIME_WIDTH + 2)}${right}`;
  console.info(line('┌', '┬', '┐'));
  for (const row of rows) {
    const time = (row.isSkipped ? '' : `${(row.ms / 1_000).toFixed(1)} s`).padStart(TIME_WIDTH);
    console.info(`  │ ${paint('bold', row.part.padEnd(part))} │ ${row.result.padEnd(result)} │ ${time} │`);
  }
  console.info(line('└', '┴', '┘'));
}

let drawn = '';

/** How far something has come. On a terminal the bar stays where it is; elsewhere every change is a line. */
export function drawProgress(done: number, total: number, detail: string): void {
  const filled = Math.round((done / total) * BAR_WIDTH);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
  const text = `    ${paint('cyan', bar)} ${String(done).padStart(String(total).length)} of ${total}  ${paint('dim', detail)}`;
  if (text === drawn) return;
  drawn = text;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text}`);
  else console.info(text);
}

export function endProgress(): void {
  if (process.stdout.isTTY && drawn !== '') process.stdout.write('\n');
  drawn = '';
}
