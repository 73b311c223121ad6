import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from '../../src/index.js';
import { type Child, fixture, runScript } from './child.js';
import { temporaryDir } from './temporary-dir.js';
import { waitFor } from './wait-for.js';

const services = {
  sandbox: 'packages/sandbox',
  events: 'apps/events',
  scheduler: 'apps/scheduler',
  automation: 'apps/automation',
  engine: 'apps/engine',
  gateway: 'apps/gateway',
};

/** A product of small programs in the real layout, to be started by the real launcher. */
export interface Product {
  root: string;
  dataDir: string;
  port: number;
  /** What the services did: `start <name>`, `stop <name>`. */
  events(): string[];
  launch(args?: readonly string[], env?: NodeJS.ProcessEnv): Child;
}

/** `migrate` is the source of the program that migrates; by default it succeeds. */
export async function makeProduct(migrate = ''): Promise<Product> {
  const root = temporaryDir();
  const dataDir = path.join(root, 'data');
  const eventsFile = path.join(root, 'events');
  const port = await freePort();
  const program = (file: string, source: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), source);
  };
  program('package.json', '{"type":"module"}');
  program('packages/db/dist/migrate.js', migrate);
  program('apps/gateway/dist/bootstrap.js', bootstrap(path.join(root, 'bootstrapped')));
  for (const [name, home] of Object.entries(services)) {
    const fullName = `'${name}' + (process.env.MULTIWA_NETWORK ? '-' + process.env.MULTIWA_NETWORK : '')`;
    program(
      `${home}/dist/main.js`,
      `process.env.FIXTURE_NAME = ${fullName};\nawait import('${pathToFileURL(fixture('service.mjs'))}');\n`,
    );
  }
  return {
    root,
    dataDir,
    port,
    events: () => readFileSync(eventsFile, 'utf8').trim().split('\n'),
    launch: (args = [], env = {}) =>
      runScript(fixture('launch.mjs'), [root, '--port', String(port), '--data-dir', dataDir, ...args], {
        FIXTURE_EVENTS: eventsFile,
        ...env,
      }),
  };
}

/** Makes a key on the first run, like the gateway's. */
function bootstrap(marker: string): string {
  return `import { existsSync, writeFileSync } from 'node:fs';
const created = !existsSync(${JSON.stringify(marker)});
writeFileSync(${JSON.stringify(marker)}, '');
console.info(JSON.stringify(created ? { created, apiKey: 'key-one' } : { created }));
`;
}

/** Waits for the ready block and returns it. */
export async function untilReady(launcher: Child): Promise<string> {
  return waitFor('the ready block', () => {
    if (launcher.process.exitCode !== null)
      throw new Error(`ended early: ${launcher.output()}${launcher.complaints()}`);
    const start = launcher.output().indexOf('MultiWA is ready');
    return start >= 0 && launcher.output().includes('Ctrl-C stops it') && launcher.output().slice(start);
  });
}
