import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Bus, connectBus } from '@multiwa/bus';
import { type NatsServer, startNats } from '@multiwa/launcher';
import { afterAll, beforeAll } from 'vitest';

/** A NATS server of one's own: the product has one durable consumer of facts, so two files cannot share a server. */
export function useOwnNats(): { readonly url: string; readonly bus: Bus } {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-events-'));
  let server: NatsServer | undefined;
  let connected: Bus | undefined;
  beforeAll(async () => {
    server = await startNats({ dataDir });
    connected = await connectBus({ url: server.url, name: 'events-test' });
  });
  afterAll(async () => {
    await connected?.close();
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const present = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The server runs only while tests run.');
    return value;
  };
  return {
    get url() {
      return present(server).url;
    },
    get bus() {
      return present(connected);
    },
  };
}
