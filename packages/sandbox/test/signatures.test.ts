import { Curve, proto } from '@whiskeysockets/baileys';
import { describe, expect, it } from 'vitest';
import { enforceSignatures, verifySignature } from '../src/index.js';
import { certificateChain, createServerIdentity } from '../src/noise/server-identity.js';

describe('XEdDSA verification', () => {
  it('accepts what the Signal library signed, with and without the type byte, and nothing else', () => {
    for (let round = 0; round < 8; round += 1) {
      const [mine, other] = [Curve.generateKeyPair(), Curve.generateKeyPair()];
      const message = Buffer.from(`round ${round}`);
      const signature = Curve.sign(mine.private, message);
      expect(verifySignature(mine.public, message, signature)).toBe(true);
      expect(verifySignature(Buffer.concat([Buffer.from([5]), mine.public]), message, signature)).toBe(true);
      expect(verifySignature(other.public, message, signature)).toBe(false);
      expect(verifySignature(mine.public, Buffer.from('else'), signature)).toBe(false);
      const bent = Buffer.from(signature);
      bent.writeUInt8(bent.readUInt8(10) ^ 1, 10);
      expect(verifySignature(mine.public, message, bent)).toBe(false);
    }
    expect(verifySignature(Buffer.alloc(31), Buffer.alloc(1), Buffer.alloc(64))).toBe(false);
    expect(verifySignature(Buffer.alloc(32), Buffer.alloc(1), Buffer.alloc(64))).toBe(false);
  });

  it('can be given to the client library and taken back', () => {
    const [mine, other] = [Curve.generateKeyPair(), Curve.generateKeyPair()];
    const signature = Curve.sign(mine.private, Buffer.from('x'));
    const original = Curve.verify;
    const restore = enforceSignatures();
    expect(Curve.verify(other.public, Buffer.from('x'), signature)).toBe(false);
    expect(Curve.verify(mine.public, Buffer.from('x'), signature)).toBe(true);
    restore();
    expect(Curve.verify).toBe(original);
  });
});

it('the certificate chain leads from the root over the intermediate to the handshake key', () => {
  const identity = createServerIdentity();
  const { leaf, intermediate } = proto.CertChain.decode(certificateChain(identity));
  const { Details } = proto.CertChain.NoiseCertificate;
  const signed = (one: proto.CertChain.INoiseCertificate | null | undefined) =>
    [Buffer.from(one?.details ?? []), Buffer.from(one?.signature ?? [])] as const;
  expect(verifySignature(identity.root.public, ...signed(intermediate))).toBe(true);
  expect(verifySignature(identity.intermediate.public, ...signed(leaf))).toBe(true);
  expect(verifySignature(identity.root.public, ...signed(leaf))).toBe(false);
  const [upper, lower] = [Details.decode(signed(intermediate)[0]), Details.decode(signed(leaf)[0])];
  expect(Buffer.from(upper.key ?? [])).toEqual(Buffer.from(identity.intermediate.public));
  expect(Buffer.from(lower.key ?? [])).toEqual(Buffer.from(identity.handshake.public));
  expect([upper.issuerSerial, lower.issuerSerial]).toEqual([0, upper.serial]);
});
