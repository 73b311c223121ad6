import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '@multiwa/launcher';
import { createSandboxClient, type SandboxClient } from '@multiwa/sandbox/client';
import { createClient, type MultiwaClient } from '@multiwa/sdk';
import { startProduct } from '../product/start-product.js';

export const usage = `Usage: npm run demo -- [options]

  Without options the demo starts a gateway of its own, with all its data in a temporary directory.

  --url <url>       a gateway that runs, such as http://127.0.0.1:3000  (or MULTIWA_URL)
  --key <key>       its API key; printed once by the first npm start    (or MULTIWA_API_KEY)
  --sandbox <url>   its simulated network, "Sandbox" in npm start's ready block (or MULTIWA_SANDBOX_URL);
                    by default that of the gateway in this repository's .data
`;

/** A gateway to show, and its simulated network. */
export interface Target {
  client: MultiwaClient;
  sandbox: SandboxClient;
  url: string;
  /** True when it was started for the demo. */
  own: boolean;
  /** What the services logged last, when they are ours. */
  logs(): string;
  stop(): Promise<void>;
}

/** A mistake in how the demo was called: one sentence. */
export class DemoMistake extends Error {}

/** The gateway that the arguments or the environment name, or one of our own. */
export async function findTarget(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Target> {
  const { values } = parseArgs({
    args: [...args],
    options: { url: { type: 'string' }, key: { type: 'string' }, sandbox: { type: 'string' } },
  });
  const url = values.url ?? env.MULTIWA_URL;
  const apiKey = values.key ?? env.MULTIWA_API_KEY;
  if (!url && !apiKey) return ownTarget();
  if (!url || !apiKey) throw new DemoMistake('A running gateway needs both --url and --key: give both, or none.');
  const sandbox = createSandboxClient(values.sandbox ?? env.MULTIWA_SANDBOX_URL ?? localSandbox());
  await sandbox.health().catch(() => {
    throw new DemoMistake(
      'The simulated network does not answer: pass the "Sandbox" address of npm start as --sandbox.',
    );
  });
  return {
    client: createClient({ url, apiKey }),
    sandbox,
    url,
    own: false,
    logs: () => '',
    stop: async () => undefined,
  };
}

async function ownTarget(): Promise<Target> {
  // Its webhook receiver is on the loopback interface, where no gateway delivers to unless it is told that it may.
  const product = await startProduct({ env: { MULTIWA_ALLOW_PRIVATE_URLS: 'true' } });
  return {
    client: product.client,
    sandbox: product.sandbox,
    url: product.url,
    own: true,
    logs: () =>
      product.services
        .names()
        .map((name) => `--- ${name}\n${product.logs(name)}`)
        .join('\n'),
    stop: () => product.stop(),
  };
}

/** The launcher keeps the network's port in the data directory. */
function localSandbox(): string {
  try {
    const port = Number(readFileSync(path.join(repositoryRoot, '.data', 'sandbox.port'), 'utf8'));
    return `http://127.0.0.1:${port}`;
  } catch {
    throw new DemoMistake('Where is the simulated network? Pass the "Sandbox" address of npm start as --sandbox.');
  }
}
