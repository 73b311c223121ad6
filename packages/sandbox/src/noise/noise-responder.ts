import { createHash, hkdfSync } from 'node:crypto';
import { aesDecryptGCM, aesEncryptGCM, Curve, NOISE_MODE, NOISE_WA_HEADER, proto } from '@whiskeysockets/baileys';
import { certificateChain, type ServerIdentity } from './server-identity.js';

const NO_DATA = Buffer.alloc(0);

/** What the client proved and said when the handshake ended. */
export interface HandshakeResult {
  clientStatic: Buffer;
  payload: proto.ClientPayload;
  transport: NoiseTransport;
}

/** The responder's half of Noise_XX_25519_AESGCM_SHA256 as WhatsApp runs it (mixing resets the nonce counter). */
export class NoiseResponder {
  private hash: Buffer = Buffer.from(NOISE_MODE, 'latin1');
  private salt: Buffer = this.hash;
  private key: Buffer = this.hash;
  private counter = 0;
  private readonly ephemeral = Curve.generateKeyPair();

  constructor(private readonly identity: ServerIdentity) {
    this.authenticate(NOISE_WA_HEADER);
  }

  /** Takes the client's hello and returns the server's hello. Throws when the frame is not a hello. */
  answerHello(frame: Uint8Array): Uint8Array {
    const clientEphemeral = proto.HandshakeMessage.decode(frame).clientHello?.ephemeral;
    if (clientEphemeral?.length !== 32) throw new Error('handshake without an ephemeral key');
    this.authenticate(clientEphemeral);
    this.authenticate(this.ephemeral.public);
    this.mix(Curve.sharedKey(this.ephemeral.private, clientEphemeral));
    const encryptedStatic = this.encrypt(this.identity.handshake.public);
    this.mix(Curve.sharedKey(this.identity.handshake.private, clientEphemeral));
    const encryptedChain = this.encrypt(certificateChain(this.identity));
    return proto.HandshakeMessage.encode({
      serverHello: { ephemeral: this.ephemeral.public, static: encryptedStatic, payload: encryptedChain },
    }).finish();
  }

  /** Takes the client's finish and returns what it carries and the transport. Throws when authentication fails. */
  finish(frame: Uint8Array): HandshakeResult {
    const finish = proto.HandshakeMessage.decode(frame).clientFinish;
    if (!finish?.static || !finish.payload) throw new Error('handshake without a finish');
    const clientStatic = this.decrypt(finish.static);
    this.mix(Curve.sharedKey(this.ephemeral.private, clientStatic));
    const payload = proto.ClientPayload.decode(this.decrypt(finish.payload));
    const [clientKey, serverKey] = this.expand(NO_DATA);
    return { clientStatic, payload, transport: new NoiseTransport(serverKey, clientKey) };
  }

  private authenticate(data: Uint8Array): void {
    this.hash = createHash('sha256').update(this.hash).update(data).digest();
  }

  private expand(data: Uint8Array): [Buffer, Buffer] {
    const bytes = Buffer.from(hkdfSync('sha256', data, this.salt, NO_DATA, 64));
    return [bytes.subarray(0, 32), bytes.subarray(32)];
  }

  private mix(data: Uint8Array): void {
    [this.salt, this.key] = this.expand(data);
    this.counter = 0;
  }

  private encrypt(plain: Uint8Array): Buffer {
    const sealed = aesEncryptGCM(plain, this.key, nonce(this.counter++), this.hash);
    this.authenticate(sealed);
    return sealed;
  }

  private decrypt(sealed: Uint8Array): Buffer {
    const plain = aesDecryptGCM(sealed, this.key, nonce(this.counter++), this.hash);
    this.authenticate(sealed);
    return plain;
  }
}

/** The two ciphers of an established connection. */
export class NoiseTransport {
  private sent = 0;
  private received = 0;

  constructor(
    private readonly sendKey: Buffer,
    private readonly receiveKey: Buffer,
  ) {}

  encrypt(plain: Uint8Array): Buffer {
    return aesEncryptGCM(plain, this.sendKey, nonce(this.sent++), NO_DATA);
  }

  decrypt(sealed: Uint8Array): Buffer {
    return aesDecryptGCM(sealed, this.receiveKey, nonce(this.received++), NO_DATA);
  }
}

function nonce(counter: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
}
