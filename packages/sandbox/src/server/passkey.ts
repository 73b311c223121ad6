import { randomBytes } from 'node:crypto';
import type { Network } from '../model/network.js';
import { stanzaTime } from '../model/node.js';
import { type BinaryNode, SERVER_NODE } from '../model/server-node.js';

const CEREMONY_TIMEOUT_MS = 600_000;

/**
 * What a client gets instead of `pair-success` when linking takes a passkey: a WebAuthn challenge for whatsapp.com, as
 * captured by users in 2026 (Baileys issue 2672, whatsmeow issue 1185). The library (7.0.0-rc14) does nothing with it (it
 * acks it when linking by code, and not even that by QR), so the client stays unlinked until its QR codes run out. What
 * would follow (`passkey_prologue`, `crsc_continuation`) is not here.
 */
export function passkeyRequest(network: Network): BinaryNode {
  const options = {
    challenge: randomBytes(32).toString('base64url'),
    timeout: CEREMONY_TIMEOUT_MS,
    rpId: 'whatsapp.com',
    allowCredentials: [],
    userVerification: 'required',
    extensions: { uvm: true },
  };
  return {
    tag: 'notification',
    attrs: { id: network.stanzaId(), type: 'passkey_prologue_request', from: SERVER_NODE.jid, t: stanzaTime() },
    content: [{ tag: 'passkey_request_options', attrs: {}, content: Buffer.from(JSON.stringify(options)) }],
  };
}
