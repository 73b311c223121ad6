import type { UserFacingSocketConfig } from '@whiskeysockets/baileys';
import { afterAll, beforeAll } from 'vitest';
import { quietSignal, type Sandbox, type SandboxOptions, startSandbox, trustSandboxRoot } from '../../src/index.js';
import type { VirtualPhone } from '../../src/phone/virtual-phone.js';
import { RealClient } from './real-client.js';

/** A sandbox for one test file, with the clients made on it; everything is closed at the end. */
export class World {
  private sandbox: Sandbox | undefined;
  private readonly clients: RealClient[] = [];
  private restoreTrust: () => void = () => undefined;

  constructor(private readonly options: SandboxOptions) {}

  get network(): Sandbox {
    if (!this.sandbox) throw new Error('the sandbox is not running');
    return this.sandbox;
  }

  async start(): Promise<void> {
    this.sandbox = await startSandbox(this.options);
    this.restoreTrust = trustSandboxRoot(this.sandbox);
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.disconnect()));
    await this.sandbox?.stop();
    this.sandbox = undefined;
    this.restoreTrust();
  }

  client(overrides: Partial<UserFacingSocketConfig> = {}): RealClient {
    const client = new RealClient(this.network.webSocketUrl, overrides);
    this.clients.push(client);
    return client;
  }

  async phone(autoReply: 'none' | 'echo' | 'silent' | 'slow-reader' = 'none'): Promise<VirtualPhone> {
    const [phone] = await this.network.core.createPhones([{ autoReply }]);
    if (!phone) throw new Error('no phone');
    return phone;
  }

  /** A client linked to a phone by QR and open. */
  async linked(phone: VirtualPhone, overrides: Partial<UserFacingSocketConfig> = {}): Promise<RealClient> {
    const client = this.client(overrides).connect();
    await this.network.core.pairing.scan(phone.account, await client.qr());
    await client.untilOpen();
    return client;
  }
}

/** Registers a world with the test file. */
export function useWorld(options: SandboxOptions = { preKeyCount: 100 }): World {
  const world = new World(options);
  let restoreConsole: () => void = () => undefined;
  beforeAll(async () => {
    restoreConsole = quietSignal();
    await world.start();
  });
  afterAll(async () => {
    await world.stop();
    restoreConsole();
  });
  return world;
}

/** Resolves when a condition inside the sandbox holds. */
export async function eventually<T>(
  what: string,
  found: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const result = await found();
    if (result) return result;
    if (Date.now() > deadline) throw new Error(`no ${what} within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
