import type { Bus } from '@multiwa/bus';
import { CodedError, subjects } from '@multiwa/contracts';
import type { Contact, ContactsRepository, ImportedContact, ImportedRow, ProfileScope } from '@multiwa/db';
import {
  type ContactLine,
  contactColumns,
  exportedCell,
  newId,
  phoneForms,
  readContactHeader,
  readContactRow,
  tagsCell,
} from '@multiwa/domain';
import type { Logger } from '@multiwa/runtime';
import { csvMistake, parseFile } from '../csv/parse-file.js';
import { csvLine } from '../csv/write-line.js';
import { limits } from '../limits.js';
import type { KnownProfiles } from './known-profile.js';

export interface ContactFilesDeps {
  contacts: Pick<ContactsRepository, 'listById'>;
  importLines(scope: ProfileScope, lines: readonly ImportedContact[]): Promise<ImportedRow[]>;
  knownProfiles: KnownProfiles;
  bus: Pick<Bus, 'nudge'>;
  logger: Pick<Logger, 'error'>;
}

type Report =
  | { line: number; outcome: 'CREATED' | 'UPDATED'; contactId: string }
  | { line: number; outcome: 'FAILED'; message: string };

const chunk = 500;

/** All contacts of a profile as a CSV, and back. Both go in parts, so that neither holds them all. */
export function makeContactFiles({ contacts, importLines, knownProfiles, bus, logger }: ContactFilesDeps) {
  async function* rows(scope: ProfileScope): AsyncGenerator<Contact[]> {
    for (let after = ''; ; ) {
      const page = await contacts.listById(scope, { take: chunk, after });
      if (page.length > 0) yield page;
      if (page.length < chunk) return;
      after = page.at(-1)?.id ?? after;
    }
  }

  /** Keys of metadata become columns, so all are read once before. */
  async function metadataKeys(scope: ProfileScope): Promise<string[]> {
    const keys = new Set<string>();
    for await (const page of rows(scope)) {
      for (const { metadata } of page) for (const key of Object.keys(metadata as object)) keys.add(key);
      if (keys.size > limits.csvMetadataColumns) break;
    }
    return [...keys].sort().slice(0, limits.csvMetadataColumns);
  }

  async function* csv(scope: ProfileScope): AsyncGenerator<string> {
    const keys = await metadataKeys(scope);
    yield csvLine([...contactColumns, ...keys.map((key) => `metadata.${key}`)]);
    for await (const page of rows(scope)) yield page.map((contact) => csvLine(cellsOf(contact, keys))).join('');
  }

  async function* report(scope: ProfileScope, path: string): AsyncGenerator<Report> {
    let columns: readonly string[] | undefined;
    let lines: { line: number; contact: ContactLine }[] = [];
    let count = 0;
    try {
      for await (const { record, info } of parseFile(path)) {
        if (!columns) {
          columns = columnsOf(record, info.lines);
          continue;
        }
        count += 1;
        const line = info.lines;
        if (count > limits.csvRows) {
          yield { line, outcome: 'FAILED', message: `is more than ${limits.csvRows} contacts` };
          break;
        }
        const row = readContactRow(columns, record);
        if (row.ok) lines.push({ line, contact: row.contact });
        else yield { line, outcome: 'FAILED', message: row.message };
        if (lines.length < chunk) continue;
        yield* await store(scope, lines);
        lines = [];
      }
    } catch (error) {
      const broken = csvMistake(error);
      if (!broken) throw error;
      yield* await store(scope, lines);
      lines = [];
      yield { line: broken.line, outcome: 'FAILED', message: `${broken.message}; what follows was not read` };
    }
    yield* await store(scope, lines);
  }

  async function store(scope: ProfileScope, lines: { line: number; contact: ContactLine }[]): Promise<Report[]> {
    if (lines.length === 0) return [];
    try {
      const stored = await importLines(
        scope,
        lines.map(({ contact }) => toImport(contact)),
      );
      bus.nudge(subjects.nudge.outbox);
      return lines.map(({ line }, nth) => {
        const { id: contactId = '', isNew = false } = stored[nth] ?? {};
        return { line, outcome: isNew ? 'CREATED' : 'UPDATED', contactId };
      });
    } catch (error) {
      logger.error({ err: error, profileId: scope.profileId, lines: lines.length }, 'Contacts could not be imported');
      const message = 'could not be stored; import it again';
      return lines.map(({ line }) => ({ line, outcome: 'FAILED', message }));
    }
  }

  return {
    async export(scope: ProfileScope): Promise<AsyncGenerator<string>> {
      await knownProfiles.require(scope);
      return csv(scope);
    },

    requireProfile: knownProfiles.require,

    /** One report a line, as the lines are done. @throws CodedError `csv_invalid` before the first, for its header */
    import: report,
  };
}
export type ContactFiles = ReturnType<typeof makeContactFiles>;

function columnsOf(record: readonly string[], line: number): readonly string[] {
  const header = readContactHeader(record);
  if (header.ok) return header.columns;
  throw new CodedError('csv_invalid', {
    errors: [{ pointer: `#/line/${line}`, code: 'csv_invalid', message: header.message }],
  });
}

function toImport({ person, ...line }: ContactLine): ImportedContact {
  const phones = person.phone === null ? [] : phoneForms(person.phone);
  return { id: newId(), eventId: newId(), ...person, ...line, phones };
}

function cellsOf(contact: Contact, keys: readonly string[]): string[] {
  const { phone, lid, name, pushName, email, tags } = contact;
  const metadata = contact.metadata as Record<string, unknown>;
  const own = [phone, lid, name, pushName, email, tagsCell(tags)];
  const more = keys.map((key) => textOf(metadata[key]));
  return [...own, ...more].map(exportedCell);
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
