// Makes a fresh clone runnable: dependencies installed, everything built. Runs before anything is installed, so it uses
// nothing but Node.js, and a warm run decides in milliseconds that there is nothing to do.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const binDir = path.join(root, 'node_modules', '.bin');
const installStamp = path.join(root, 'node_modules', '.multiwa-installed');
const buildStamp = path.join(root, 'node_modules', '.multiwa-built');

/** The environment of the tools: their programs on PATH, no telemetry, no questions. */
export const toolEnv = {
  ...process.env,
  PATH: binDir + path.delimiter + process.env.PATH,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
};

/** Installs and builds what is missing or changed; ends the process with one sentence when that fails. */
export function bootstrap() {
  requireNode(process.versions.node);
  install();
  build();
}

/** A sentence when this Node.js is too old, else undefined. `version` is like 20.19.0. */
export function nodeTooOld(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `MultiWA needs Node.js 20.19 or newer and this is ${version}: install a newer one from https://nodejs.org.`;
}

function requireNode(version) {
  const sentence = nodeTooOld(version);
  if (sentence) fail(sentence);
}

function install() {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'].map((name) => path.join(root, name));
  const wanted = sha256(inputs.map((file) => readFileSync(file, 'utf8')));
  if (isCurrent(installStamp, wanted)) return;
  console.info('Installing dependencies…');
  rmSync(buildStamp, { force: true });
  const pnpm = manifest.packageManager.split('+')[0];
  const args = ['--yes', pnpm, 'install', '--frozen-lockfile', '--prod=false', '--reporter=silent'];
  // CI=1: pnpm must not ask before it replaces a node_modules that another tool made.
  run('npx', args, { ...toolEnv, CI: '1' }, 'Installing the dependencies failed: check the network and try again.');
  writeFileSync(installStamp, wanted);
}

function build() {
  const wanted = sha256(buildInputs());
  if (isCurrent(buildStamp, wanted) && packages().every((dir) => existsSync(path.join(dir, 'dist')))) return;
  console.info('Building…');
  const args = ['run', 'build', '--output-logs=errors-only', '--no-update-notifier'];
  run('turbo', args, toolEnv, 'The build failed: see the compiler messages above.');
  writeFileSync(buildStamp, wanted);
}

/** Names, sizes and times of all that a build reads: far cheaper than asking the build tool. */
function buildInputs() {
  const files = ['package.json', 'turbo.json', 'tsconfig.base.json', 'prisma.config.ts'].map((name) =>
    path.join(root, name),
  );
  for (const dir of packages()) {
    files.push(path.join(dir, 'package.json'), path.join(dir, 'tsconfig.json'));
    for (const inputs of ['src', 'schema']) files.push(...filesUnder(path.join(dir, inputs)));
  }
  return files.map((file) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    return `${path.relative(root, file)} ${stat?.size} ${stat?.mtimeMs}`;
  });
}

function packages() {
  return ['apps', 'packages'].flatMap((group) =>
    readdirSync(path.join(root, group))
      .map((name) => path.join(root, group, name))
      .filter((dir) => existsSync(path.join(dir, 'package.json'))),
  );
}

function filesUnder(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : filesUnder(file);
    return [file];
  });
}

function isCurrent(stamp, wanted) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

function sha256(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

function run(command, args, env, sentence) {
  mkdirSync(path.join(root, 'node_modules'), { recursive: true });
  const result = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status === 0) return;
  fail(result.error ? `${command} could not be run (${result.error.message}).` : sentence);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) bootstrap();
