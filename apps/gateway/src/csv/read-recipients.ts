import { CodedError, type FieldError } from '@multiwa/contracts';
import { type Candidate, readCsvHeader, readCsvRow } from '@multiwa/domain';
import { limits } from '../limits.js';
import { csvMistake, parseFile } from './parse-file.js';

/** As many mistakes as are told at once; the rest of the file is then not looked at. */
const maxErrors = 100;

/**
 * Reads a CSV of recipients in chunks, a line's number as its position. Gives no chunk after the first mistake, looks on
 * for more of them, and in the end throws. @throws CodedError `csv_invalid`, each mistake pointing at `#/line/<number>`
 */
export async function* readRecipients(path: string, chunk: number): AsyncGenerator<Candidate[]> {
  const errors: FieldError[] = [];
  const mistake = (line: number, message: string) =>
    errors.push({ pointer: `#/line/${line}`, code: 'csv_invalid', message });
  let columns: readonly string[] | undefined;
  let rows: Candidate[] = [];
  let count = 0;
  try {
    for await (const { record, info } of parseFile(path)) {
      if (!columns) {
        const header = readCsvHeader(record);
        if (!header.ok)
          throw invalid([{ pointer: `#/line/${info.lines}`, code: 'csv_invalid', message: header.message }]);
        columns = header.columns;
        continue;
      }
      count += 1;
      const row = readCsvRow(columns, record);
      if (count > limits.csvRows) mistake(info.lines, `is more than ${limits.csvRows} recipients`);
      else if (row.ok) rows.push({ ...row.recipient, position: info.lines });
      else mistake(info.lines, row.message);
      if (errors.length >= maxErrors || count > limits.csvRows) break;
      if (rows.length < chunk) continue;
      if (errors.length === 0) yield rows;
      rows = [];
    }
  } catch (error) {
    const broken = csvMistake(error);
    if (!broken) throw error;
    mistake(broken.line, broken.message);
  }
  if (errors.length === 0 && count === 0) mistake(1, 'the file has no recipient');
  if (errors.length > 0) throw invalid(errors);
  yield rows;
}

function invalid(errors: FieldError[]): CodedError {
  return new CodedError('csv_invalid', { errors });
}
