// npm test: the checks, then every test on servers of its own. Arguments go to vitest. The last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root, toolEnv } from './bootstrap.mjs';
import { check } from './check.mjs';

const checked = check({ withUnitTests: false });
const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-report-'));
const report = path.join(dir, 'report.json');
const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)];
const vitest = spawnSync('vitest', args, {
  cwd: root,
  env: toolEnv,
  stdio: ['ignore', 'inherit', 'inherit'],
  shell: process.platform === 'win32',
});
const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
rmSync(dir, { recursive: true, force: true });

const passed = results?.numPassedTests ?? 0;
// A file that cannot be loaded has no failed test, and a check is no test: both count, or the line would say that all is well.
const brokenFiles = results?.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
);
const failed = (results?.numFailedTests ?? 1) + (brokenFiles?.length ?? 0) + (checked ? 0 : 1);
if (!checked) console.info('The checks failed: see FAIL above.');
console.info(`${passed} passed, ${failed} failed`);
process.exit(vitest.status === 0 && failed === 0 ? 0 : 1);
