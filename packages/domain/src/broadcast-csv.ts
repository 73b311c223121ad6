import { recipientInputSchema } from '@multiwa/contracts';
import { parseRecipient } from './addresses.js';
import type { Candidate } from './audience.js';

export type CsvHeader = { ok: true; columns: readonly string[] } | { ok: false; message: string };
export type CsvRow = { ok: true; recipient: Omit<Candidate, 'position'> } | { ok: false; message: string };

const maxColumns = 50;
const variablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
/** NUL and halves of a surrogate pair cannot be stored; U+FFFD is what a decoder makes of bytes that are not UTF-8. */
const unreadable = new RegExp(`[${String.fromCharCode(0)}\\uFFFD]|\\p{Surrogate}`, 'u');

/** The first line: `to`, optionally `name`, then the recipients' own variables, in any order. */
export function readCsvHeader(cells: readonly string[]): CsvHeader {
  const columns = cells.map((cell) => cell.trim());
  if (!columns.includes('to')) return { ok: false, message: 'the first line must name the columns, "to" among them' };
  if (columns.length > maxColumns) return { ok: false, message: `there can be ${maxColumns} columns at most` };
  const odd = columns.find((column) => !variablePattern.test(column));
  if (odd !== undefined) {
    return { ok: false, message: `"${odd.slice(0, 40)}" is no name of a column: use letters, digits and "_"` };
  }
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  return twice === undefined
    ? { ok: true, columns }
    : { ok: false, message: `the column "${twice}" stands there twice` };
}

/** One line after the first. Unlike in a JSON audience, a number that cannot be one is a mistake of the file. */
export function readCsvRow(columns: readonly string[], cells: readonly string[]): CsvRow {
  if (cells.length !== columns.length) {
    return { ok: false, message: `has ${cells.length} cells where the first line has ${columns.length}` };
  }
  if (cells.some((cell) => unreadable.test(cell))) return { ok: false, message: 'is not text in UTF-8' };
  const values = columns.map((column, index) => [column, cells[index]?.trim() ?? ''] as const);
  const { to = '', ...variables } = Object.fromEntries(values.filter(([, value]) => value !== ''));
  const recipient = parseRecipient(to);
  if (!recipient.ok) return { ok: false, message: to === '' ? 'has no recipient' : recipient.message };
  const { name, ...own } = variables;
  const shape = recipientInputSchema.safeParse({ to, name, variables: own });
  if (shape.success) return { ok: true, recipient: { input: to, variables } };
  const [issue] = shape.error.issues;
  return { ok: false, message: `${String(issue?.path.at(-1) ?? 'line')}: ${issue?.message ?? 'cannot be read'}` };
}
