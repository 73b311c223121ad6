import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, type ServiceSpec, Supervisor, type SupervisorOptions } from '../src/index.js';
import { isAlive } from '../src/system/processes.js';
import { fixture } from './support/child.js';
import { temporaryDir } from './support/temporary-dir.js';
import { waitFor } from './support/wait-for.js';

interface World {
  supervisor: Supervisor;
  said: string[];
  events(): string[];
  pidOf(name: string): number | undefined;
  dir: string;
}

async function service(name: string, dir: string, env: NodeJS.ProcessEnv = {}): Promise<ServiceSpec> {
  const port = await freePort();
  return {
    name,
    command: process.execPath,
    args: [fixture('service.mjs')],
    env: { ...process.env, PORT: String(port), FIXTURE_NAME: name, FIXTURE_EVENTS: path.join(dir, 'events'), ...env },
    readyUrl: `http://127.0.0.1:${port}/health/ready`,
  };
}

function world(specs: readonly ServiceSpec[], dir: string, options: Partial<SupervisorOptions> = {}): World {
  const said: string[] = [];
  const supervisor = new Supervisor(specs, {
    logDir: path.join(dir, 'logs'),
    say: (line) => said.push(line),
    ...options,
  });
  onTestFinished(() => supervisor.kill());
  return {
    supervisor,
    said,
    events: () => readFileSync(path.join(dir, 'events'), 'utf8').trim().split('\n'),
    pidOf: (name) => supervisor.running().find((each) => each.name === name)?.pid,
    dir,
  };
}

test('services start in order and stop in the reverse order', async () => {
  const dir = temporaryDir();
  const { supervisor, events } = world(
    [await service('one', dir), await service('two', dir), await service('three', dir)],
    dir,
  );
  await supervisor.start();
  await supervisor.stop();
  expect(events()).toEqual(['start one', 'start two', 'start three', 'stop three', 'stop two', 'stop one']);
  expect(supervisor.running()).toEqual([]);
});

test('services of one stage start side by side, after the stage before', async () => {
  const dir = temporaryDir();
  const specs = [
    { ...(await service('last', dir)), stage: 2 },
    { ...(await service('a', dir)), stage: 1 },
    { ...(await service('b', dir)), stage: 1 },
  ];
  const { supervisor, events } = world(specs, dir);
  await supervisor.start();
  expect(events().slice(0, 2).sort()).toEqual(['start a', 'start b']);
  expect(events()[2]).toBe('start last');
});

test('a crashed service is started again and that is said', async () => {
  const dir = temporaryDir();
  const { supervisor, said, pidOf } = world([await service('one', dir)], dir);
  await supervisor.start();
  const before = pidOf('one') ?? 0;
  process.kill(before, 'SIGKILL');
  const after = await waitFor('another process', () => {
    const pid = pidOf('one');
    return pid !== before && pid;
  });
  expect(isAlive(after)).toBe(true);
  expect(said).toContainEqual(expect.stringMatching(/^one ended \(SIGKILL\); starting it again in 0\.25 s/));
});

test('a service that ignores SIGTERM is killed at the deadline and the others still stop in order', async () => {
  const dir = temporaryDir();
  const specs = [await service('one', dir), await service('stubborn', dir, { FIXTURE_STUBBORN: '1' })];
  const { supervisor, events, said } = world(specs, dir, { stopTimeoutMs: 1_000 });
  await supervisor.start();
  await supervisor.stop();
  expect(events().slice(2)).toEqual(['stop stubborn', 'stop one']);
  expect(said).toContainEqual(expect.stringMatching(/^stubborn did not stop within/));
  expect(supervisor.running()).toEqual([]);
});

test('a service that cannot start ends the start with its name and its log', async () => {
  const dir = temporaryDir();
  const broken = { ...(await service('broken', dir)), args: ['-e', 'console.error("no disk"); process.exit(3)'] };
  const { supervisor, said } = world([broken], dir);
  const log = path.join(dir, 'logs', 'broken.log');
  await expect(supervisor.start()).rejects.toMatchObject({
    code: 'service_failed',
    message: `The service broken ended again and again while starting: see ${log}.`,
  });
  await supervisor.stop();
  expect(readFileSync(log, 'utf8')).toContain('no disk');
  expect(said).toContain('broken: no disk');
});

test('a service that is never ready ends the start at the deadline', async () => {
  const dir = temporaryDir();
  const deaf = { ...(await service('deaf', dir)), args: ['-e', 'setInterval(() => {}, 1000)'] };
  const { supervisor } = world([deaf], dir, { readyTimeoutMs: 300 });
  await expect(supervisor.start()).rejects.toThrow(/^The service deaf was not ready within 0\.3 s: see .*deaf\.log\.$/);
  await supervisor.stop();
});

test('the log file gets every line, the terminal only warnings', async () => {
  const dir = temporaryDir();
  const { supervisor, said } = world([await service('one', dir, { FIXTURE_WARNING: 'disk is nearly full' })], dir);
  await supervisor.start();
  await waitFor('the warning', () => said.length > 0);
  await supervisor.stop();
  expect(said).toEqual(['one: warning: disk is nearly full']);
  expect(readFileSync(path.join(dir, 'logs', 'one.log'), 'utf8')).toContain('"msg":"started"');
});
