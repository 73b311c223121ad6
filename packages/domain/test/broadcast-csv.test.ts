import { describe, expect, test } from 'vitest';
import { readCsvHeader, readCsvRow } from '../src/broadcast-csv.js';

describe('the first line of a CSV', () => {
  test.each([[['to']], [['to', 'name', 'city']], [['code', ' to ']]])('%j names its columns', (cells) => {
    expect(readCsvHeader(cells)).toEqual({ ok: true, columns: cells.map((cell) => cell.trim()) });
  });

  test.each([
    [[], '"to"'],
    [['phone', 'name'], '"to"'],
    [['to', 'my city'], '"my city"'],
    [['to', ''], '""'],
    [['to', 'a', 'a'], 'twice'],
    [['to', ...Array.from({ length: 50 }, (_, n) => `v${n}`)], '50 columns'],
  ])('%j is refused', (cells, why) => {
    expect(readCsvHeader(cells)).toEqual({ ok: false, message: expect.stringContaining(why) });
  });
});

describe('a line of a CSV', () => {
  const columns = ['to', 'name', 'city'];
  test('becomes a recipient; blank cells are no values', () => {
    expect(readCsvRow(columns, [' +62 812-3456-7890 ', 'Budi', ' '])).toEqual({
      ok: true,
      recipient: { input: '+62 812-3456-7890', variables: { name: 'Budi' } },
    });
  });

  test.each([
    [['6281234567890', 'Budi'], '2 cells'],
    [['6281234567890', 'Budi', 'Jakarta', ''], '4 cells'],
    [['', 'Budi', ''], 'no recipient'],
    [['0812', 'Budi', ''], 'country code'],
    [['6281234567890', 'B\uFFFDdi', ''], 'UTF-8'],
    [['6281234567890', 'a\u0000', ''], 'UTF-8'],
    [['6281234567890', 'x'.repeat(201), ''], 'name'],
    [['6281234567890', '', 'x'.repeat(1001)], 'city'],
  ])('%j is refused', (cells, why) => {
    expect(readCsvRow(columns, cells)).toEqual({ ok: false, message: expect.stringContaining(why) });
  });
});
