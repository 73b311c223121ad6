import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Bus, connectBus } from '@multiwa/bus';
import { type Network, type Scope, timing } from '@multiwa/contracts';
import { type Database, openDatabase } from '@multiwa/db';
import { hashApiKey, newApiKey, newId, shownPrefix } from '@multiwa/domain';
import { type Ffmpeg, localStorage, makeMediaLinks } from '@multiwa/media';
import { createCipher, createLogger } from '@multiwa/runtime';
import { createTestDatabase } from '@multiwa/testkit';
import { inject, vi } from 'vitest';
import type { App } from '../src/routes/route-types.js';
import { Stops } from '../src/stops.js';
import { wireGateway } from '../src/wiring.js';

export interface Tenant {
  workspaceId: string;
  /** Its admin key. */
  key: string;
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  json: Record<string, unknown> & { items?: Record<string, unknown>[]; id?: string };
  text: string;
}

export interface TestGateway {
  app: App;
  database: Database;
  bus: Bus;
  tenant: Tenant;
  newTenant(): Promise<Tenant>;
  newKey(tenant: Tenant, options?: { scopes?: Scope[]; expiresAt?: Date; revokedAt?: Date }): Promise<string>;
  newProfile(tenant?: Tenant): Promise<string>;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  send(profileId: string, text: string, options?: CallOptions): Promise<Answer>;
  stop(): Promise<void>;
}

export interface CallOptions {
  key?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestGatewayOptions {
  networks?: Network[];
  natsUrl?: string;
  allowPrivateUrls?: boolean;
  queueLimit?: number;
  lookupsPerDay?: number;
  maxMediaBytes?: number;
  ffmpeg?: Ffmpeg | undefined;
  /** Of links to media. */
  now?: () => number;
  /** Where the users of NATS are kept, when they are. */
  natsUsersFile?: string;
}

/** A gateway on a database of its own and the run's NATS, with one workspace. Requests are injected. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const stops = new Stops();
  const { url, drop } = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
  stops.add(drop);
  const database = openDatabase({ url });
  stops.add(() => database.close());
  const bus = await connectBus({ url: options.natsUrl ?? inject('natsUrl'), name: 'gateway-test' });
  stops.add(() => bus.close());
  const mediaDir = await mkdtemp(path.join(tmpdir(), 'multiwa-gateway-media-'));
  stops.add(() => rm(mediaDir, { recursive: true, force: true }));
  const cipher = createCipher(Buffer.alloc(32, 7).toString('base64'));
  const app = await wireGateway({
    database,
    bus,
    networks: options.networks ?? ['LIVE', 'SANDBOX'],
    cipher,
    allowPrivateUrls: options.allowPrivateUrls ?? false,
    queueLimit: options.queueLimit ?? timing.queue.limit,
    lookupsPerDay: options.lookupsPerDay ?? 100,
    storage: localStorage(mediaDir),
    links: makeMediaLinks({ publicUrl: 'http://gateway.test', cipher, hours: 168, now: options.now }),
    maxMediaBytes: options.maxMediaBytes ?? 2 ** 30,
    ffmpeg: options.ffmpeg,
    nats: {
      servers: [(options.natsUrl ?? inject('natsUrl')).replace(/\/\/.*@/, '//')],
      usersFile: options.natsUsersFile,
    },
    logger: createLogger('gateway-test', 'silent'),
    stops,
  });

  async function newTenant(): Promise<Tenant> {
    const workspaceId = newId();
    const organization = { create: { id: newId(), name: 'Test' } };
    await database.prisma.workspace.create({ data: { id: workspaceId, name: 'Test', organization } });
    return { workspaceId, key: await newKey({ workspaceId, key: '' }) };
  }

  async function newKey({ workspaceId }: Tenant, { scopes = ['admin'], ...times } = {} as { scopes?: Scope[] }) {
    const key = newApiKey();
    const data = { id: newId(), workspaceId, name: 'test', prefix: shownPrefix(key), hash: hashApiKey(key), scopes };
    await database.prisma.apiKey.create({ data: { ...data, ...times } });
    return key;
  }

  const tenant = await newTenant();

  async function call(method: string, path: string, { key, body, headers }: CallOptions = {}): Promise<Answer> {
    const url = path.startsWith('/api/') || path.startsWith('/docs') ? path : `/api/v1${path}`;
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: { ...(key === null ? {} : { 'x-api-key': key ?? tenant.key }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const isJson = /[/+]json\b/.test(String(response.headers['content-type']));
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      json: isJson ? response.json() : {},
    };
  }

  return {
    app,
    database,
    bus,
    tenant,
    newTenant,
    newKey,
    async newProfile(owner = tenant) {
      const body = { name: 'Shop', network: 'SANDBOX' };
      return String((await call('POST', '/profiles', { key: owner.key, body })).json.id);
    },
    call,
    send: (profileId, text, options) =>
      call('POST', `/profiles/${profileId}/messages`, {
        body: { type: 'TEXT', to: '+62 812-3456-7890', text },
        ...options,
      }),
    async stop() {
      vi.restoreAllMocks();
      await stops.run();
    },
  };
}

/** Waits until a condition holds; the test's own timeout is the limit. */
export async function until<T>(read: () => Promise<T | undefined | false | null> | T | undefined | false | null) {
  for (;;) {
    const value = await read();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
