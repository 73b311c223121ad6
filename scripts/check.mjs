// pnpm check: types, format and lint, import rules, and the tests that need no server.
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { bootstrap, root, toolEnv } from './bootstrap.mjs';

const steps = [
  ['Types of the tests', process.execPath, ['node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.tests.json']],
  ['Format and lint', 'biome', ['ci', '--log-level=warn', '.']],
  ['Import rules', 'depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'packages', 'apps']],
];
const unitTests = ['Unit tests', 'vitest', ['run', '--config', 'vitest.unit.config.ts']];

/** Runs every step, the rest too when one fails. The types of src are checked by the build. @returns whether all passed. */
export function check({ withUnitTests }) {
  bootstrap();
  return [...steps, ...(withUnitTests ? [unitTests] : [])].map(runStep).every(Boolean);
}

function runStep([name, command, args]) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: toolEnv,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  const passed = result.status === 0;
  console.info(`${passed ? 'ok  ' : 'FAIL'}  ${name}`);
  return passed;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exit(check({ withUnitTests: true }) ? 0 : 1);
}
