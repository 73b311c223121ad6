import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { registerCallRoutes } from './control/call-routes.js';
import { registerChannelRoutes } from './control/channel-routes.js';
import { registerChatRoutes } from './control/chat-routes.js';
import { registerGroupRoutes } from './control/group-routes.js';
import { registerHistoryRoutes } from './control/history-routes.js';
import { registerMediaRoutes } from './control/media-routes.js';
import { registerNetworkRoutes } from './control/network-routes.js';
import { registerPeopleRoutes } from './control/people-routes.js';
import { registerPhoneRoutes } from './control/phone-routes.js';
import { installProblems } from './control/problem.js';
import { registerStandingRoutes } from './control/standing-routes.js';
import { registerStatusRoutes } from './control/status-routes.js';
import { SandboxCore } from './core.js';
import { mendFailedAttempts } from './failed-attempts.js';
import { forgetOldChains } from './old-chains.js';
import { resolveOptions, type SandboxOptions } from './options.js';
import { seedContacts } from './seed.js';
import { WEBSOCKET_PATH } from './server/acceptor.js';
import { JournalStore } from './store/journal-store.js';
import { MemoryStore } from './store/store.js';

/** A running sandbox. */
export interface Sandbox {
  /** Where clients connect. */
  readonly webSocketUrl: string;
  /** Where the control API is. */
  readonly controlUrl: string;
  /** The root to trust, 32 bytes. */
  readonly rootPublicKey: Buffer;
  /** Certificate of the media hosts, in PEM: to be trusted beside, or instead of, what the system trusts. */
  readonly mediaCertificate: string;
  /** The same things as the control API, in this process. */
  readonly core: SandboxCore;
  /** Resets all connections, writes out what is pending, and gives the port back. */
  stop(): Promise<void>;
}

/**
 * Starts a simulated WhatsApp network: clients on `webSocketUrl`, the control API on `controlUrl` (one port for both).
 * Rejects when the port is taken or the data directory cannot be used.
 */
export async function startSandbox(
  given: SandboxOptions = {},
  log: (message: string) => void = () => undefined,
): Promise<Sandbox> {
  const options = resolveOptions(given);
  mendFailedAttempts();
  forgetOldChains();
  const store = options.dataDir === undefined ? new MemoryStore() : await JournalStore.open(options.dataDir);
  const core = await SandboxCore.start(options, store, log);
  if (options.seed) await seedContacts(core);
  const app = fastify({ logger: false, forceCloseConnections: true, bodyLimit: 1024 * 1024 });
  let authority = '';
  const webSocketUrl = (): string => `ws://${authority}${WEBSOCKET_PATH}`;
  installProblems(app);
  registerPhoneRoutes(app, core);
  registerGroupRoutes(app, core);
  registerPeopleRoutes(app, core);
  registerMediaRoutes(app, core);
  registerChatRoutes(app, core);
  registerHistoryRoutes(app, core);
  registerCallRoutes(app, core);
  registerStandingRoutes(app, core);
  registerStatusRoutes(app, core);
  registerChannelRoutes(app, core);
  registerNetworkRoutes(app, core, webSocketUrl);
  core.acceptor.attach(app.server);
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await core.stop();
    throw error;
  }
  authority = authorityOf(options.host, app.server.address() as AddressInfo);
  core.network.publicUrl = `http://${authority}`;
  return {
    webSocketUrl: webSocketUrl(),
    controlUrl: `http://${authority}`,
    rootPublicKey: Buffer.from(core.network.identity.root.public),
    mediaCertificate: core.media.certificate.cert,
    core,
    stop: async () => {
      core.acceptor.resetAll();
      await app.close();
      await core.stop();
    },
  };
}

/** An address others can use: a wildcard is reached over loopback. */
function authorityOf(host: string, { port }: AddressInfo): string {
  if (host === '0.0.0.0' || host === '::') return `127.0.0.1:${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
