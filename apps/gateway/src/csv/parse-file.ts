import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { limits } from '../limits.js';

export interface ParsedLine {
  record: string[];
  info: { lines: number };
}

/** The lines of a CSV file, one after the other. @throws CsvError */
export function parseFile(path: string): AsyncIterable<ParsedLine> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: limits.csvLineLength,
  });
  const file = createReadStream(path);
  file.on('error', (error) => parser.destroy(error));
  parser.on('close', () => file.destroy());
  return file.pipe(parser);
}

/** Where and why a file could be read no further; undefined for an error of another kind. */
export function csvMistake(error: unknown): { line: number; message: string } | undefined {
  if (!(error instanceof CsvError)) return undefined;
  return { line: Number(error.lines) || 1, message: sentenceOf(error) };
}

function sentenceOf({ code }: CsvError): string {
  if (code === 'CSV_MAX_RECORD_SIZE') return `is longer than ${limits.csvLineLength} characters`;
  return code.includes('QUOTE') ? 'has a quote that is not closed or stands in the middle of a cell' : 'cannot be read';
}
