import { hkdfSync, randomBytes } from 'node:crypto';
import {
  aesDecryptCTR,
  aesDecryptGCM,
  aesEncryptCTR,
  Curve,
  derivePairingCodeKey,
  type KeyPair,
} from '@whiskeysockets/baileys';
import { SandboxError } from '../errors.js';
import type { Account, Companion } from '../model/account.js';
import type { Network } from '../model/network.js';
import { bytesOf, childOf, stanzaTime } from '../model/node.js';
import { type BinaryNode, iqError, iqResult, SERVER_NODE } from '../model/server-node.js';
import type { Candidate } from './candidate.js';
import type { Connection } from './connection.js';

const NOTHING = Buffer.alloc(0);

/** What linking by code needs of linking in general. */
export interface LinkCodePorts {
  candidateOf(connection: Connection): Candidate | undefined;
  link(account: Account, candidate: Candidate, advSecret: Buffer): Promise<Companion>;
}

/** A client that shows a code for one phone, and how far this has come. */
interface PendingCode {
  connection: Connection;
  account: Account;
  ref: Buffer;
  wrappedCompanionEphemeral: Buffer;
  entered?: { ephemeral: KeyPair; shared: Buffer; resolve(advSecret: Buffer): void; reject(error: Error): void };
}

/** Linking by typing the companion's eight characters into the phone. */
export class LinkCodes {
  private readonly byPhone = new Map<string, PendingCode>();
  /** Who typed a code before the client's announcement arrived. */
  private readonly early = new Map<string, () => void>();

  constructor(
    private readonly network: Network,
    private readonly ports: LinkCodePorts,
  ) {}

  /** The client announces that it shows a code for a phone number. */
  hello(connection: Connection, node: BinaryNode, request: BinaryNode): boolean {
    const account = this.network.directory.findByJid(request.attrs.jid);
    const wrapped = bytesOf(childOf(request, 'link_code_pairing_wrapped_companion_ephemeral_pub'));
    if (!account || !wrapped || !this.ports.candidateOf(connection)) {
      connection.send(iqError(node, account ? 400 : 404, account ? 'bad-request' : 'item-not-found'));
      return true;
    }
    const ref = Buffer.from(`3@${randomBytes(24).toString('base64')}`);
    this.byPhone.set(account.phone, { connection, account, ref, wrappedCompanionEphemeral: wrapped });
    this.early.get(account.phone)?.();
    connection.send(
      iqResult(node, [
        {
          tag: 'link_code_companion_reg',
          attrs: { stage: 'companion_hello' },
          content: [{ tag: 'link_code_pairing_ref', attrs: {}, content: ref }],
        },
      ]),
    );
    return true;
  }

  /**
   * The person types the code. Resolves with the companion when it is linked.
   * Errors: pairing_code_unknown (nobody shows a code for this phone), pairing_code_wrong, and those of linking.
   */
  async enter(account: Account, code: string): Promise<Companion> {
    if (!this.byPhone.has(account.phone)) await this.announcement(account.phone);
    const pending = this.byPhone.get(account.phone);
    const candidate = pending && this.ports.candidateOf(pending.connection);
    if (!pending || !candidate) {
      throw new SandboxError('pairing_code_unknown', `No client shows a code for ${account.phone}.`);
    }
    const normalised = code.replace(/[^0-9a-z]/gi, '').toUpperCase();
    const { wrappedCompanionEphemeral: wrapped } = pending;
    const companionKey = await derivePairingCodeKey(normalised, wrapped.subarray(0, 32));
    const companionEphemeral = aesDecryptCTR(wrapped.subarray(48, 80), companionKey, wrapped.subarray(32, 48));
    const ephemeral = Curve.generateKeyPair();
    const salt = randomBytes(32);
    const iv = randomBytes(16);
    const primaryKey = await derivePairingCodeKey(normalised, salt);
    const wrappedPrimary = Buffer.concat([salt, iv, aesEncryptCTR(ephemeral.public, primaryKey, iv)]);
    const advSecret = await new Promise<Buffer>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new SandboxError('pairing_timeout', 'The client did not answer the code in time.')),
        this.network.options.pairingTimeoutMs,
      );
      pending.entered = {
        ephemeral,
        shared: Curve.sharedKey(ephemeral.private, companionEphemeral),
        resolve: (secret) => {
          clearTimeout(timer);
          resolve(secret);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      pending.connection.send(this.primaryHello(pending, wrappedPrimary));
    });
    this.byPhone.delete(account.phone);
    return this.ports.link(account, candidate, advSecret);
  }

  /** The client proves that it shares the code and hands over its identity. */
  finish(connection: Connection, node: BinaryNode, request: BinaryNode): boolean {
    const pending = [...this.byPhone.values()].find((one) => one.connection === connection);
    const wrapped = bytesOf(childOf(request, 'link_code_pairing_wrapped_key_bundle'));
    if (!pending?.entered || !wrapped) {
      connection.send(iqError(node, 400, 'bad-request'));
      return true;
    }
    const { entered, account } = pending;
    try {
      const advSecret = openBundle(wrapped, entered.shared, Buffer.from(account.record.identity.private));
      connection.send(iqResult(node));
      entered.resolve(advSecret);
    } catch {
      connection.send(iqError(node, 400, 'bad-request'));
      entered.reject(new SandboxError('pairing_code_wrong', 'The code is not the one the client shows.'));
    }
    return true;
  }

  forget(connection: Connection): void {
    for (const [phone, pending] of this.byPhone) {
      if (pending.connection !== connection) continue;
      this.byPhone.delete(phone);
      pending.entered?.reject(new SandboxError('pairing_rejected', 'The client went away.'));
    }
  }

  private announcement(phone: string): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.early.delete(phone);
        resolve();
      };
      const timer = setTimeout(done, this.network.options.codeWaitMs);
      this.early.set(phone, done);
    });
  }

  private primaryHello({ account, ref }: PendingCode, wrappedPrimary: Buffer): BinaryNode {
    return {
      tag: 'notification',
      attrs: { id: this.network.stanzaId(), type: 'link_code_companion_reg', from: SERVER_NODE.jid, t: stanzaTime() },
      content: [
        {
          tag: 'link_code_companion_reg',
          attrs: { stage: 'primary_hello' },
          content: [
            { tag: 'link_code_pairing_wrapped_primary_ephemeral_pub', attrs: {}, content: wrappedPrimary },
            { tag: 'primary_identity_pub', attrs: {}, content: account.record.identity.public },
            { tag: 'link_code_pairing_ref', attrs: {}, content: ref },
          ],
        },
      ],
    };
  }
}

/** Opens salt32|iv12|AES-GCM(companion identity | primary identity | random) and derives the ADV secret from it. */
function openBundle(wrapped: Buffer, shared: Buffer, primaryIdentityPrivate: Buffer): Buffer {
  const bundleKey = expand(shared, wrapped.subarray(0, 32), 'link_code_pairing_key_bundle_encryption_key');
  const plain = aesDecryptGCM(wrapped.subarray(44), bundleKey, wrapped.subarray(32, 44), NOTHING);
  const companionIdentity = plain.subarray(0, 32);
  const random = plain.subarray(64, 96);
  const identityShared = Curve.sharedKey(primaryIdentityPrivate, companionIdentity);
  return expand(Buffer.concat([shared, identityShared, random]), NOTHING, 'adv_secret');
}

function expand(secret: Buffer, salt: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, 32));
}
