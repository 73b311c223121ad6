import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pages } from '../src/docs/pages.js';
import { errorCodes } from '../src/index.js';

test.each(Object.entries(pages))('%s says what the contracts say; "pnpm docs" writes it anew', (file, render) => {
  const written = readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');
  expect(written).toBe(render());
});

test('every error code has a heading to link to', () => {
  const page = pages['docs/errors.md']?.() ?? '';
  expect(errorCodes.filter((code) => !page.includes(`\n### \`${code}\`\n`))).toEqual([]);
});
