import { type Identity, updateContactSchema } from '@multiwa/contracts';
import { parseRecipient, userOfChat } from './addresses.js';

/** What a line says of a person; a cell that is empty says nothing. */
export interface ContactLine {
  person: Identity;
  name: string | null;
  email: string | null;
  tags: string[];
  metadata: Record<string, string>;
}

export type ContactHeader = { ok: true; columns: readonly string[] } | { ok: false; message: string };
export type ContactRow = { ok: true; contact: ContactLine } | { ok: false; message: string };

/** The columns of an export, and of an import as far as it has them. `pushName` is WhatsApp's and not imported. */
export const contactColumns = ['phone', 'lid', 'name', 'pushName', 'email', 'tags'] as const;
const metadataPrefix = 'metadata.';
const maxColumns = 100;
const tagSeparator = ';';
const unreadable = new RegExp(`[${String.fromCharCode(0)}\\uFFFD]|\\p{Surrogate}`, 'u');

/** The first line: `phone` or `lid`, and any of name, email, tags, and `metadata.<key>`, in any order. */
export function readContactHeader(cells: readonly string[]): ContactHeader {
  const columns = cells.map((cell) => cell.trim());
  const isKnown = (column: string) =>
    (contactColumns as readonly string[]).includes(column) || /^metadata\..{1,64}$/.test(column);
  if (columns.length > maxColumns) return { ok: false, message: `there can be ${maxColumns} columns at most` };
  if (!columns.includes('phone') && !columns.includes('lid')) {
    return { ok: false, message: 'the first line must name the columns, "phone" or "lid" among them' };
  }
  const odd = columns.find((column) => !isKnown(column));
  if (odd !== undefined) {
    return {
      ok: false,
      message: `"${odd.slice(0, 40)}" is no column: use ${contactColumns.join(', ')} or metadata.<key>`,
    };
  }
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  return twice === undefined
    ? { ok: true, columns }
    : { ok: false, message: `the column "${twice}" stands there twice` };
}

/** One line after the first. */
export function readContactRow(columns: readonly string[], cells: readonly string[]): ContactRow {
  if (cells.length !== columns.length) {
    return { ok: false, message: `has ${cells.length} cells where the first line has ${columns.length}` };
  }
  if (cells.some((cell) => unreadable.test(cell))) return { ok: false, message: 'is not text in UTF-8' };
  const values = new Map(columns.map((column, index) => [column, plain(cells[index]?.trim() ?? '')]));
  const person = readPerson(values.get('phone') ?? '', values.get('lid') ?? '');
  if (typeof person === 'string') return { ok: false, message: person };
  const tags = (values.get('tags') ?? '').split(tagSeparator).map((tag) => tag.trim());
  const contact = {
    person,
    name: values.get('name') || null,
    email: values.get('email') || null,
    tags: [...new Set(tags.filter((tag) => tag !== ''))],
    metadata: Object.fromEntries(
      [...values].flatMap(([column, value]) =>
        column.startsWith(metadataPrefix) && value !== '' ? [[column.slice(metadataPrefix.length), value]] : [],
      ),
    ),
  };
  const { name, email, metadata } = contact;
  const shape = updateContactSchema.safeParse({ name, email, tags: contact.tags, metadata });
  if (shape.success) return { ok: true, contact };
  const [issue] = shape.error.issues;
  return { ok: false, message: `${issue?.path.join('.') || 'line'}: ${issue?.message ?? 'cannot be read'}` };
}

function readPerson(phone: string, lid: string): Identity | string {
  if (phone === '' && lid === '') return 'has neither phone nor LID';
  const given = phone === '' ? parseRecipient(`${lid.replace(/@lid$/, '')}@lid`) : parseRecipient(phone);
  if (!given.ok) return given.message;
  if (given.kind === 'group') return 'a person is meant, not a group';
  const user = userOfChat(given.chat);
  // Of a line with both, the pair is not believed: only WhatsApp says who is who.
  return given.kind === 'lid' ? { phone: null, lid: user } : { phone: user, lid: null };
}

/** What a spreadsheet would take for a formula gets an apostrophe: names come from strangers. */
const formula = /^[=+\-@\t\r]/;

/** A cell of an export. */
export function exportedCell(text: string | null): string {
  if (text === null) return '';
  return formula.test(text) ? `'${text}` : text;
}

function plain(cell: string): string {
  return cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;
}

/** The tags of a contact in one cell. */
export function tagsCell(tags: readonly string[]): string {
  return tags.join(tagSeparator);
}
