import os from 'node:os';
import { type Bus, connectBus } from '@multiwa/bus';
import { type Network, subjects, timing } from '@multiwa/contracts';
import { type Database, openDatabase, purgeForgotten } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { crashing, createMetrics, openKeyring, passOn, poller, startOpsServer, startSpan } from '@multiwa/runtime';
import { createBaileysEngine } from './engines/baileys/baileys-engine.js';
import { liveWebSocketUrl, pinnedVersion } from './engines/baileys/open-socket.js';
import type { Engine } from './engines/engine.js';
import { testProxy } from './engines/test-proxy.js';
import type { EngineEnvironment } from './env.js';
import { FactOutbox } from './facts/fact-outbox.js';
import { joinNetwork } from './join-network.js';
import type { Logger } from './logger.js';
import { makeDownloadSlots } from './media/received-files.js';
import { engineMetrics } from './metrics.js';
import { SendGate } from './outbound/send-gate.js';
import { Footprint } from './session/footprint.js';
import { Slots } from './slots.js';
import { WriteGroup } from './state/write-group.js';
import { Worker } from './worker/worker.js';

export interface RunningEngine {
  worker: Worker;
  port: number;
  /** Hands all sessions over, then closes everything. */
  stop(): Promise<void>;
}

interface Options {
  environment: EngineEnvironment;
  logger: Logger;
  fatal(error: Error): void;
  /** Stands between the engine and the bus; for tests that break it. */
  wrapBus?: (bus: Bus) => Bus;
}

/** Within the deadline of the question. */
const PROXY_TEST_TIMEOUT_MS = 10_000;
const PURGE_EVERY_MS = 3_600_000;

/** Opens what the engine needs, starts the worker, and gives back how to end it in order. */
export async function startEngine(options: Options): Promise<RunningEngine> {
  const { environment, logger, fatal, wrapBus = (bus) => bus } = options;
  const { databaseUrl, natsUrl, host, port, capacity, version, sandboxUrl } = environment;
  const { allowPrivateUrls = false } = environment;
  const network: Network = sandboxUrl === undefined ? 'LIVE' : 'SANDBOX';
  const cipher = openKeyring(
    { MULTIWA_ENCRYPTION_KEY: environment.encryptionKey, MULTIWA_ENCRYPTION_KEY_FILE: environment.encryptionKeyFile },
    logger,
  );
  const registry = createMetrics('engine');
  const metrics = engineMetrics(registry);
  const { webSocketUrl, mediaCertificate, leave } = await joinNetwork(sandboxUrl, logger);
  const database = openDatabase({
    url: databaseUrl,
    applicationName: 'multiwa-engine',
    onIdleError: (error) => logger.warn({ err: error }, 'A database connection broke'),
  });
  const bus = wrapBus(await connectBus({ url: natsUrl, name: 'engine', logger, startSpan, onFatal: fatal }));
  const keysReplaced = bus.onNudge(subjects.nudge.keys, cipher.reload);
  const engine: Engine = createBaileysEngine({
    address: { webSocketUrl, version, mediaCertificate },
    keyCacheBytes: environment.keyCacheBytes,
    allowPrivateProxies: allowPrivateUrls,
    mediaIdleTimeoutMs: environment.mediaIdleTimeoutMs,
  });
  const writes = new WriteGroup({
    executor: database.pool,
    cipher,
    logger,
    onStatement: metrics.statement,
    onStale: (lease) => worker.onStale(lease),
  });
  const shared = {
    engine,
    bus,
    database,
    cipher,
    writes,
    outbox: new FactOutbox(bus, logger),
    gate: new SendGate(database.pool),
    opening: new Slots(environment.opening),
    watchdog: { ...timing.watchdog, ...environment.watchdog },
    footprint: new Footprint(),
    storage: environment.storage,
    storeViewOnce: environment.storeViewOnce ?? false,
    downloads: makeDownloadSlots(),
    historyChunks: new Slots(timing.history.chunksAtOnce),
    metrics,
    at: environment.crashAt ? crashing(environment.crashAt) : passOn,
    logger,
  };
  const shownVersion = (version ?? pinnedVersion).join('.');
  const worker = new Worker(shared, {
    id: newId(),
    network,
    host: os.hostname(),
    pid: process.pid,
    capacity,
    memoryBytes: environment.memoryBytes,
    version: shownVersion,
  });
  await worker.start();
  const proxyTests = bus.answerAsWorker('proxy-test', network, ({ proxyUrl }) =>
    testProxy({
      proxyUrl,
      allowPrivate: allowPrivateUrls,
      webSocketUrl: webSocketUrl ?? liveWebSocketUrl,
      timeoutMs: PROXY_TEST_TIMEOUT_MS,
    }),
  );
  const purging = poller(PURGE_EVERY_MS, () => purge(database, logger), { name: 'purge forgotten sessions', logger });
  const ops = await startOpsServer({
    host,
    port,
    metrics: registry,
    ready: async () => ({
      bus: bus.healthy(),
      database: await database.pool.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    }),
  });
  logger.info({ network, capacity, version: shownVersion, port: ops.port }, 'Engine worker ready');
  return {
    worker,
    port: ops.port,
    async stop() {
      proxyTests.stop();
      await purging.stop();
      await worker.drain();
      await ops.stop();
      keysReplaced.stop();
      await bus.close();
      await database.close();
      environment.storage.close();
      leave();
    },
  };
}

/** What was logged out so long ago that nobody undoes it any more. */
async function purge({ pool }: Database, logger: Logger): Promise<void> {
  for (const profileId of await purgeForgotten(pool))
    logger.info({ profileId }, 'A forgotten session was removed for good');
}
