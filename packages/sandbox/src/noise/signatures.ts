import { createPublicKey, verify } from 'node:crypto';
import { Curve } from '@whiskeysockets/baileys';

const FIELD = 2n ** 255n - 19n;
/** DER prefix of an Ed25519 public key (RFC 8410). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Verifies an XEdDSA signature (signal.org/docs/specifications/xeddsa): the Montgomery key is carried over to Edwards
 * form, its sign bit rides in the signature's last byte, and the rest is Ed25519. Malformed input is simply not valid.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = publicKey.length === 33 ? publicKey.subarray(1) : publicKey;
  if (key.length !== 32 || signature.length !== 64) return false;
  const edwards = toEdwards(key);
  const plainSignature = Buffer.from(signature);
  const last = plainSignature.readUInt8(63);
  edwards.writeUInt8(edwards.readUInt8(31) | (last & 0x80), 31);
  plainSignature.writeUInt8(last & 0x7f, 63);
  try {
    const imported = createPublicKey({ key: Buffer.concat([ED25519_SPKI, edwards]), format: 'der', type: 'spki' });
    return verify(null, message, imported, plainSignature);
  } catch {
    return false;
  }
}

/**
 * Makes the client library in this process check signatures. As released (7.0.0-rc14), its `Curve.verify` drops the
 * result of the Signal library's check and says yes to every well-formed signature, so that it accepts a handshake under
 * any root and any account signature. Returns a function that puts the library's own back.
 */
export function enforceSignatures(): () => void {
  const original = Curve.verify;
  Curve.verify = verifySignature;
  return () => {
    if (Curve.verify === verifySignature) Curve.verify = original;
  };
}

/** y = (u - 1) / (u + 1), little-endian. */
function toEdwards(montgomery: Uint8Array): Buffer {
  const u = BigInt(`0x${Buffer.from(montgomery).reverse().toString('hex')}`) % 2n ** 255n;
  const y = modulo((u - 1n) * power(u + 1n, FIELD - 2n));
  return Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = modulo(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = modulo(result * factor);
    factor = modulo(factor * factor);
  }
  return result;
}

function modulo(value: bigint): bigint {
  const rest = value % FIELD;
  return rest < 0n ? rest + FIELD : rest;
}
