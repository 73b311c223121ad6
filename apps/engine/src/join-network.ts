import { setTimeout as delay } from 'node:timers/promises';
import { enforceSignatures, forgetOldChains, mendFailedAttempts, trustSandboxRoot } from '@multiwa/sandbox/trust';
import { z } from 'zod';
import type { Logger } from './logger.js';

const networkSchema = z.object({ webSocketUrl: z.url(), rootPublicKey: z.string(), mediaCertificate: z.string() });
const ATTEMPTS = 40;
const PAUSE_MS = 250;
const TIMEOUT_MS = 2_000;

export interface JoinedNetwork {
  /** Undefined on the live network: the library's own address. */
  webSocketUrl: string | undefined;
  /** Of its media hosts; undefined on the live network. */
  mediaCertificate: string | undefined;
  /** Puts the process-wide trust back; for tests. */
  leave(): void;
}

/**
 * Decides, once and for the whole process, whom it trusts: WhatsApp, or the sandbox instead. Either way the signatures of
 * the handshake are checked from now on, a message of one session cannot damage another, and a session does not grow with each
 * turn of a conversation: the library as released does none of it.
 * @param sandboxUrl control address of the sandbox; undefined for the live network
 */
export async function joinNetwork(sandboxUrl: string | undefined, logger: Logger): Promise<JoinedNetwork> {
  const restoreVerify = enforceSignatures();
  mendFailedAttempts();
  forgetOldChains();
  if (sandboxUrl === undefined) {
    return { webSocketUrl: undefined, mediaCertificate: undefined, leave: restoreVerify };
  }
  const network = await askSandbox(sandboxUrl, logger);
  const restoreRoot = trustSandboxRoot(network);
  return {
    webSocketUrl: network.webSocketUrl,
    mediaCertificate: network.mediaCertificate,
    leave() {
      restoreRoot();
      restoreVerify();
    },
  };
}

/** The sandbox may start at the same time. */
async function askSandbox(sandboxUrl: string, logger: Logger): Promise<z.infer<typeof networkSchema>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await fetch(new URL('/network', sandboxUrl), { signal: AbortSignal.timeout(TIMEOUT_MS) });
      return networkSchema.parse(await answer.json());
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      if (attempt === 1) logger.info({ sandboxUrl }, 'Waiting for the sandbox');
      await delay(PAUSE_MS);
    }
  }
}
