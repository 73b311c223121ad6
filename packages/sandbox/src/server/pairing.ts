import { randomBytes } from 'node:crypto';
import { proto, WA_ADV_DEVICE_SIG_PREFIX } from '@whiskeysockets/baileys';
import { SandboxError } from '../errors.js';
import type { Account, Companion } from '../model/account.js';
import type { Network } from '../model/network.js';
import { bytesOf, childOf } from '../model/node.js';
import { type BinaryNode, SERVER_NODE } from '../model/server-node.js';
import { verifySignature } from '../noise/signatures.js';
import type { Candidate } from './candidate.js';
import { addCompanion } from './companions.js';
import type { Connection } from './connection.js';
import { LinkCodes } from './link-codes.js';
import { newCompanion, pairSuccess, signDevice } from './new-companion.js';
import { passkeyRequest } from './passkey.js';

const REFS_PER_OFFER = 6;
const CLOSE_AFTER_RESTART_MS = 1_000;

/** A pair-success on its way, until the companion has signed. */
interface Handshake {
  details: Uint8Array;
  identity: Buffer;
  accountKey: Buffer;
  confirmed(valid: boolean): void;
}

/** Links companions to accounts, by QR or by code. */
export class Pairing {
  readonly codes: LinkCodes;
  private readonly byRef = new Map<string, Candidate>();
  private readonly candidates = new Map<Connection, Candidate>();
  private readonly handshakes = new Map<Connection, Handshake>();

  constructor(private readonly network: Network) {
    this.codes = new LinkCodes(network, {
      candidateOf: (connection) => this.candidates.get(connection),
      link: (account, candidate, advSecret) => this.link(account, candidate, advSecret),
    });
  }

  /** Gives a registering client the references it shows as QR codes, one after the other. */
  offer(
    connection: Connection,
    noisePublic: Buffer,
    registration: proto.ClientPayload.IDevicePairingRegistrationData,
  ): void {
    const refs = Array.from({ length: REFS_PER_OFFER }, () => `2@${randomBytes(24).toString('base64')}`);
    const candidate = { connection, noisePublic, registration, refs };
    this.candidates.set(connection, candidate);
    for (const ref of refs) this.byRef.set(ref, candidate);
    connection.send({
      tag: 'iq',
      attrs: { from: SERVER_NODE.jid, type: 'set', id: this.network.stanzaId(), xmlns: 'md' },
      content: [
        {
          tag: 'pair-device',
          attrs: {},
          content: refs.map((ref) => ({ tag: 'ref', attrs: {}, content: Buffer.from(ref) })),
        },
      ],
    });
  }

  /** Forgets a client that went away. */
  forget(connection: Connection): void {
    for (const ref of this.candidates.get(connection)?.refs ?? []) this.byRef.delete(ref);
    this.candidates.delete(connection);
    this.handshakes.get(connection)?.confirmed(false);
    this.codes.forget(connection);
  }

  /**
   * What the phone does with a QR code it sees. Resolves with the companion when it is linked and durable.
   * Errors: qr_malformed, qr_unknown, phone_banned, passkey_required, companion_limit, pairing_timeout, pairing_rejected.
   */
  async scan(account: Account, qr: string): Promise<Companion> {
    const parts = (qr.split('#')[1] ?? qr).split(',');
    const [ref, noiseKey, identityKey, advSecret] = parts;
    if (!ref || !noiseKey || !identityKey || !advSecret) {
      throw new SandboxError('qr_malformed', 'This is not a linking QR code.');
    }
    const candidate = this.byRef.get(ref);
    const matches =
      candidate?.noisePublic.equals(Buffer.from(noiseKey, 'base64')) &&
      Buffer.from(candidate.registration.eIdent ?? []).equals(Buffer.from(identityKey, 'base64'));
    if (!candidate || !matches) {
      throw new SandboxError('qr_unknown', 'No client waits behind this QR code; it may have expired.');
    }
    return this.link(account, candidate, Buffer.from(advSecret, 'base64'));
  }

  /** Takes the companion's signature over the device identity it was given. */
  confirm(connection: Connection, node: BinaryNode): void {
    const handshake = this.handshakes.get(connection);
    const bytes = bytesOf(childOf(childOf(node, 'pair-device-sign'), 'device-identity'));
    if (!handshake || !bytes) return;
    const { deviceSignature } = proto.ADVSignedDeviceIdentity.decode(bytes);
    const signed = Buffer.concat([
      WA_ADV_DEVICE_SIG_PREFIX,
      handshake.details,
      handshake.identity,
      handshake.accountKey,
    ]);
    handshake.confirmed(!!deviceSignature && verifySignature(handshake.identity, signed, deviceSignature));
  }

  private async link(account: Account, candidate: Candidate, advSecret: Buffer): Promise<Companion> {
    const { connection } = candidate;
    if (account.record.banCode !== undefined) {
      throw new SandboxError('phone_banned', `${account.phone} is banned and can link nothing.`);
    }
    if (account.record.passkeyRequired) {
      connection.send(passkeyRequest(this.network));
      throw new SandboxError('passkey_required', `Linking to ${account.phone} takes a passkey on the client's side.`);
    }
    if (account.companions.size >= this.network.options.maxCompanions) {
      throw new SandboxError('companion_limit', `${account.phone} has ${account.companions.size} companions already.`);
    }
    const companion = newCompanion(account, candidate);
    const { details, blob } = signDevice(account, companion, advSecret);
    connection.send(pairSuccess(this.network.stanzaId(), account, companion, blob));
    await this.awaitConfirmation(connection, details, companion.identity, account.record.identity.public);
    await addCompanion(this.network, account, companion);
    connection.endWithStreamError({ code: '515' });
    setTimeout(() => connection.end(), CLOSE_AFTER_RESTART_MS).unref();
    return companion;
  }

  private awaitConfirmation(
    connection: Connection,
    details: Uint8Array,
    identity: Buffer,
    accountKey: Buffer,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.handshakes.delete(connection);
        reject(new SandboxError('pairing_timeout', 'The client did not finish linking in time.'));
      }, this.network.options.pairingTimeoutMs);
      const confirmed = (valid: boolean): void => {
        clearTimeout(timer);
        this.handshakes.delete(connection);
        if (valid) resolve();
        else reject(new SandboxError('pairing_rejected', 'The client went away or signed wrongly.'));
      };
      this.handshakes.set(connection, { details, identity, accountKey, confirmed });
    });
  }
}
