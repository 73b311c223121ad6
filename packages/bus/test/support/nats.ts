import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type NatsServer, startNats } from '@multiwa/launcher';
import { onTestFinished } from 'vitest';
import { type Bus, type BusLogger, connectBus, type StartSpan } from '../../src/index.js';

/** A server of one's own, to be killed and started again on the same port and store. */
export interface OwnNats {
  url: string;
  /** Ends it at once, as kill -9 does, and waits until it has ended. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it, loses its store, and starts an empty one in its place. */
  restartEmpty(): Promise<void>;
}

/** Ends with the test. */
export async function ownNats(): Promise<OwnNats> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-bus-'));
  let server: NatsServer = await startNats({ dataDir: dir });
  const { port, url } = server;
  onTestFinished(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  const kill = async () => {
    server.kill();
    await server.exited;
  };
  const restart = async () => {
    server = await startNats({ dataDir: dir, port });
  };
  return {
    url,
    kill,
    restart,
    async restartEmpty() {
      await kill();
      rmSync(path.join(dir, 'store'), { recursive: true, force: true, maxRetries: 5 });
      await restart();
    },
  };
}

/** Lines that the bus logged. */
export interface Log extends BusLogger {
  lines: { level: string; fields: object; sentence: string }[];
}

export function makeLog(): Log {
  const lines: Log['lines'] = [];
  const at = (level: string) => (fields: object, sentence: string) => void lines.push({ level, fields, sentence });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A connected bus, closed after the test. */
export async function openBus(url: string, logger?: BusLogger, startSpan?: StartSpan): Promise<Bus> {
  const bus = await connectBus({ url, name: 'test', logger, startSpan });
  onTestFinished(() => bus.close());
  return bus;
}
