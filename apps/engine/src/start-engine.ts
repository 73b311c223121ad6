import os from 'node:os';
import { type Bus, connectBus } from '@multiwa/bus';
import { type Network, subjects } from '@multiwa/contracts';
import { openDatabase } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { crashing, createMetrics, openKeyring, passOn, startOpsServer, startSpan } from '@multiwa/runtime';
import { createBaileysEngine } from './engines/baileys/baileys-engine.js';
import { pinnedVersion } from './engines/baileys/open-socket.js';
import type { Engine } from './engines/engine.js';
import type { EngineEnvironment } from './env.js';
import { FactOutbox } from './facts/fact-outbox.js';
import { joinNetwork } from './join-network.js';
import type { Logger } from './logger.js';
import { engineMetrics } from './metrics.js';
import { SendGate } from './outbound/send-gate.js';
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

/** Opens what the engine needs, starts the worker, and gives back how to end it in order. */
export async function startEngine(options: Options): Promise<RunningEngine> {
  const { environment, logger, fatal, wrapBus = (bus) => bus } = options;
  const { databaseUrl, natsUrl, host, port, capacity, version, sandboxUrl } = environment;
  const network: Network = sandboxUrl === undefined ? 'LIVE' : 'SANDBOX';
  const cipher = openKeyring(
    { MULTIWA_ENCRYPTION_KEY: environment.encryptionKey, MULTIWA_ENCRYPTION_KEY_FILE: environment.encryptionKeyFile },
    logger,
  );
  const registry = createMetrics('engine');
  const metrics = engineMetrics(registry);
  const { webSocketUrl, leave } = await joinNetwork(sandboxUrl, logger);
  const database = openDatabase({
    url: databaseUrl,
    applicationName: 'multiwa-engine',
    onIdleError: (error) => logger.warn({ err: error }, 'A database connection broke'),
  });
  const bus = wrapBus(await connectBus({ url: natsUrl, name: 'engine', logger, startSpan, onFatal: fatal }));
  const keysReplaced = bus.onNudge(subjects.nudge.keys, cipher.reload);
  const engine: Engine = createBaileysEngine({
    address: { webSocketUrl, version },
    logger,
    keyCacheBytes: environment.keyCacheBytes,
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
      await worker.drain();
      await ops.stop();
      keysReplaced.stop();
      await bus.close();
      await database.close();
      leave();
    },
  };
}
