import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findScenario } from '../packages/testkit/dist/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
/** What the benchmarks say of themselves. */
const benchmarks = readFileSync(path.join(root, 'packages/testkit/src/bench/main.ts'), 'utf8');
const pages = ['README.md', ...markdownUnder('docs')];

function markdownUnder(dir: string): string[] {
  return readdirSync(path.join(root, dir), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(dir, file));
}

/** Paths of the repository that a page names in code type: `packages/db/src/client.ts`, `apps/engine/src`, `docs/errors.md`. */
function namedFiles(text: string): string[] {
  return [...text.matchAll(/`((?:apps|packages|docs|docker|prisma|scripts|test)\/[\w./-]+)`/g)].map(
    ([, file]) => file ?? '',
  );
}

test.each(pages)('%s names only files that exist', (page) => {
  const text = readFileSync(path.join(root, page), 'utf8');
  expect(namedFiles(text).filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

test.each(pages)('%s links only to pages that exist', (page) => {
  const text = readFileSync(path.join(root, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '');
  expect(links.filter((link) => !existsSync(path.join(root, path.dirname(page), link)))).toEqual([]);
});

test('architecture.md shows every app and follows messages, a webhook, a broadcast and a flow through the files', () => {
  const text = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
  for (const app of ['gateway', 'engine', 'events', 'scheduler', 'automation']) expect(text).toContain(`apps/${app}`);
  for (const way of ['One outbound message', 'One inbound message', 'One webhook', 'One broadcast', 'One flow']) {
    const section = text.split(`## ${way}`)[1]?.split('\n## ')[0] ?? '';
    expect(new Set(namedFiles(section)).size, way).toBeGreaterThanOrEqual(6);
  }
});

test('decisions have numbers of their own', () => {
  const numbers = readdirSync(path.join(root, 'docs/decisions')).map((file) => file.slice(0, 4));
  expect(new Set(numbers).size).toBe(numbers.length);
});

test.each(pages)('%s names only scripts, scenarios and benchmarks that exist', (page) => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: object };
  const text = readFileSync(path.join(root, page), 'utf8');
  for (const [, script = '', name = ''] of text.matchAll(/npm run ([a-z]+)(?: -- ([a-z][\w-]*))?/g)) {
    expect(Object.keys(scripts)).toContain(script);
    if (script === 'chaos' && name) expect([name, findScenario(name)]).toEqual([name, expect.anything()]);
    if (script === 'bench' && name) expect(benchmarks).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
});
