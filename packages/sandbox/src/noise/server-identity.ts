import { Curve, type KeyPair, proto } from '@whiskeysockets/baileys';

/** The keys by which this network is known: its own root, an intermediate, and the handshake's static key. */
export interface ServerIdentity {
  root: KeyPair;
  intermediate: KeyPair;
  handshake: KeyPair;
}

const YEAR_SECONDS = 365 * 24 * 3600;
/** Two signatures cost milliseconds, which a thousand reconnecting clients would wait for. */
const chains = new WeakMap<ServerIdentity, Uint8Array>();

/** Makes a new root and the keys below it. */
export function createServerIdentity(): ServerIdentity {
  return {
    root: Curve.generateKeyPair(),
    intermediate: Curve.generateKeyPair(),
    handshake: Curve.generateKeyPair(),
  };
}

/**
 * The certificate chain sent in the handshake: leaf (the handshake key) signed by the intermediate, which is signed by the
 * root; made once per identity. Serial numbers and validity follow what stricter clients check (issuer serials chain up to 0).
 */
export function certificateChain(identity: ServerIdentity): Uint8Array {
  const chain = chains.get(identity) ?? signChain(identity, Date.now());
  chains.set(identity, chain);
  return chain;
}

function signChain(identity: ServerIdentity, nowMs: number): Uint8Array {
  const notBefore = Math.floor(nowMs / 1000) - YEAR_SECONDS;
  const notAfter = notBefore + 10 * YEAR_SECONDS;
  const { Details } = proto.CertChain.NoiseCertificate;
  const intermediate = Details.encode({
    serial: 1,
    issuerSerial: 0,
    key: identity.intermediate.public,
    notBefore,
    notAfter,
  }).finish();
  const leaf = Details.encode({
    serial: 2,
    issuerSerial: 1,
    key: identity.handshake.public,
    notBefore,
    notAfter,
  }).finish();
  return proto.CertChain.encode({
    leaf: { details: leaf, signature: Curve.sign(identity.intermediate.private, leaf) },
    intermediate: { details: intermediate, signature: Curve.sign(identity.root.private, intermediate) },
  }).finish();
}
