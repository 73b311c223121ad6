import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const config = path.join(root, '.dependency-cruiser.cjs');
const depcruise = path.join(root, 'node_modules', '.bin', 'depcruise');

/** One forbidden import for each rule, and allowed ones beside them. */
const violations: Record<string, [file: string, imported: string]> = {
  'contracts-stand-alone': ['packages/contracts/src/a.ts', '../../domain/src/index.js'],
  'first-floor-imports-only-contracts': ['packages/domain/src/a.ts', '../../runtime/src/index.js'],
  'media-imports-only-contracts-and-runtime': ['packages/media/src/a.ts', '../../domain/src/index.js'],
  'only-media-imports-s3': ['apps/engine/src/c.ts', '@aws-sdk/client-s3'],
  'sandbox-and-launcher-stand-alone': ['packages/sandbox/src/a.ts', '../../contracts/src/index.js'],
  'testkit-only-in-tests': ['apps/events/src/a.ts', '../../../packages/testkit/src/index.js'],
  'packages-never-import-apps': ['packages/sdk/src/a.ts', '../../../apps/events/src/index.js'],
  'apps-never-import-apps': ['apps/gateway/src/a.ts', '../../events/src/index.js'],
  'only-bus-imports-nats': ['apps/engine/src/a.ts', 'nats'],
  'only-db-imports-prisma': ['apps/engine/src/b.ts', '@prisma/client'],
  'only-db-launcher-and-testkit-import-pg': ['packages/runtime/src/a.ts', 'pg'],
  'no-cycles': ['packages/bus/src/a.ts', './b.js'],
};
const allowed: [file: string, imported: string][] = [
  ['packages/bus/src/b.ts', './a.js'],
  ['packages/bus/src/c.ts', 'nats'],
  ['packages/db/src/a.ts', '@prisma/client'],
  ['packages/launcher/src/a.ts', 'pg'],
  ['packages/domain/src/b.ts', '../../contracts/src/index.js'],
  ['packages/media/src/b.ts', '../../runtime/src/index.js'],
  ['apps/scheduler/src/a.ts', '../../../packages/domain/src/index.js'],
];

let dir: string;
let found: { rule: string; from: string }[];

function writeModule(file: string, content: string): void {
  mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
  writeFileSync(path.join(dir, file), content);
}

beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-rules-'));
  copyFileSync(path.join(root, 'tsconfig.base.json'), path.join(dir, 'tsconfig.base.json'));
  for (const home of ['contracts', 'domain', 'runtime', 'testkit']) {
    writeModule(`packages/${home}/src/index.ts`, 'export {};\n');
  }
  writeModule('apps/events/src/index.ts', 'export {};\n');
  for (const [file, imported] of [...Object.values(violations), ...allowed]) {
    // Imports of types count as well: a layer that knows another's types depends on it.
    writeModule(file, `import type * as other from '${imported}';\nexport type Other = typeof other;\n`);
  }
  const args = ['--config', config, '--output-type', 'json', 'packages', 'apps'];
  const { stdout } = spawnSync(depcruise, args, { cwd: dir, encoding: 'utf8' });
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  found = summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('every import rule has a violation here', () => {
  const { forbidden } = createRequire(import.meta.url)(config) as { forbidden: { name: string }[] };
  expect(Object.keys(violations).sort()).toEqual(forbidden.map(({ name }) => name).sort());
});

test.each(Object.entries(violations))('%s refuses a forbidden import', (rule, [file]) => {
  expect(found).toContainEqual({ rule, from: file });
});

test('allowed imports are not refused', () => {
  const refused = found.filter(({ rule }) => rule !== 'no-cycles').map(({ from }) => from);
  expect(refused.filter((file) => allowed.some(([ok]) => ok === file))).toEqual([]);
});
