import { expect, test } from 'vitest';
import { exportedCell, readContactHeader, readContactRow } from '../src/contact-csv.js';

const columns = ['phone', 'lid', 'name', 'email', 'tags', 'metadata.city'];

test('a line says what its cells say, and an empty cell says nothing', () => {
  expect(readContactRow(columns, ['+62 812-3456-7890', '', ' Budi ', '', 'vip; shop;vip', 'Bandung'])).toEqual({
    ok: true,
    contact: {
      person: { phone: '6281234567890', lid: null },
      name: 'Budi',
      email: null,
      tags: ['vip', 'shop'],
      metadata: { city: 'Bandung' },
    },
  });
  expect(readContactRow(columns, ['', '123456789012345', '', '', '', ''])).toMatchObject({
    contact: { person: { phone: null, lid: '123456789012345' }, tags: [], metadata: {} },
  });
});

test.each([
  [['', '', 'Budi', '', '', ''], 'neither phone nor LID'],
  [['0812', '', '', '', '', ''], 'country code'],
  [['+1 123 456 7890', '', '', '', '', ''], 'No country'],
  [['6281234567890', '', '', 'no-address', '', ''], 'email'],
  [['6281234567890'], 'has 1 cells'],
  [['6281234567890', '', 'B\uFFFD', '', '', ''], 'UTF-8'],
])('%j is refused: %s', (cells, message) => {
  expect(readContactRow(columns, cells)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
});

test.each([
  [['name'], 'phone'],
  [['phone', 'phone'], 'twice'],
  [['phone', 'surname'], '"surname" is no column'],
])('the columns %j are refused: %s', (cells, message) => {
  expect(readContactHeader(cells)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
});

test('no cell of an export is a formula, and an import reads it as it was', () => {
  for (const name of ['=HYPERLINK("x")', '+1', '-2', '@me', "'quoted'"]) {
    const cell = exportedCell(name);
    expect(cell).not.toMatch(/^[=+\-@]/);
    expect(readContactRow(['phone', 'name'], ['6281234567890', cell])).toMatchObject({ contact: { name } });
  }
});
