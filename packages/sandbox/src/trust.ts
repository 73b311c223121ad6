import { WA_CERT_DETAILS } from '@whiskeysockets/baileys';

export { mendFailedAttempts } from './failed-attempts.js';
export { enforceSignatures, verifySignature } from './noise/signatures.js';
export { forgetOldChains } from './old-chains.js';

/** What the sandbox says about itself: where it is and which root signs its handshakes. */
export interface SandboxNetwork {
  /** The 32 bytes of the root's public key, or the same in base64. */
  rootPublicKey: Uint8Array | string;
  webSocketUrl: string;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Makes the client library in this process trust the sandbox's root *instead of* WhatsApp's, and returns a function that
 * restores it. The library keeps one root per process, so a process serves either the sandbox or the live network.
 * Throws unless the URL is a loopback address: a client that trusts the sandbox must be unable to talk to anything else.
 */
export function trustSandboxRoot({ rootPublicKey, webSocketUrl }: SandboxNetwork): () => void {
  const { hostname } = new URL(webSocketUrl);
  if (!LOOPBACK.test(hostname)) {
    throw new TypeError(`the sandbox is trusted on loopback addresses only, not at ${hostname}`);
  }
  const key = typeof rootPublicKey === 'string' ? Buffer.from(rootPublicKey, 'base64') : Buffer.from(rootPublicKey);
  if (key.length !== 32) throw new TypeError('a root public key has 32 bytes');
  const previous = WA_CERT_DETAILS.PUBLIC_KEY;
  WA_CERT_DETAILS.PUBLIC_KEY = key;
  return () => {
    if (WA_CERT_DETAILS.PUBLIC_KEY === key) WA_CERT_DETAILS.PUBLIC_KEY = previous;
  };
}
