import { randomBytes, randomInt } from 'node:crypto';
import { Curve, generateRegistrationId } from '@whiskeysockets/baileys';
import { SandboxError } from '../errors.js';
import { Account, type AccountRecord, type AutoReply, storedKeyPair } from './account.js';
import { addressOf } from './jid.js';

/** What a new account is made of. */
export interface NewAccount {
  /** Digits of an E.164 number without the plus; a free Indonesian one is chosen when absent. */
  phone?: string;
  name?: string;
  autoReply?: AutoReply;
}

/** Every account of the network, found by phone number or by LID. */
export class Directory {
  private readonly byPhone = new Map<string, Account>();
  private readonly byLid = new Map<string, Account>();

  /** Adds an account that survived a restart. */
  restore(record: AccountRecord): Account {
    const account = new Account(record);
    this.byPhone.set(account.phone, account);
    this.byLid.set(account.lid, account);
    return account;
  }

  /** Makes a new account with fresh keys. Errors: phone_exists. */
  create(wanted: NewAccount): Account {
    const phone = wanted.phone ?? this.freePhone();
    if (this.byPhone.has(phone)) throw new SandboxError('phone_exists', `There is already a phone ${phone}.`);
    const identity = Curve.generateKeyPair();
    return this.restore({
      phone,
      lid: this.freeLid(),
      name: wanted.name ?? `SANDBOX ${phone.slice(-4)}`,
      autoReply: wanted.autoReply ?? 'none',
      createdAtMs: Date.now(),
      registrationId: generateRegistrationId(),
      identity: storedKeyPair(identity),
      appStateKey: { id: Buffer.concat([Buffer.alloc(2), randomBytes(4)]), data: randomBytes(32) },
      nextDevice: 1,
    });
  }

  find(phone: string): Account | undefined {
    return this.byPhone.get(phone);
  }

  /** Finds by the user part of a JID, whichever way it addresses. */
  findByJid(jid: string | undefined): Account | undefined {
    const address = addressOf(jid);
    if (!address) return undefined;
    return address.addressing === 'lid' ? this.byLid.get(address.user) : this.byPhone.get(address.user);
  }

  all(): IterableIterator<Account> {
    return this.byPhone.values();
  }

  private freePhone(): string {
    for (;;) {
      const phone = `62812${randomInt(10_000_000, 100_000_000)}`;
      if (!this.byPhone.has(phone) && !this.byLid.has(phone)) return phone;
    }
  }

  /** LIDs are 15 digits that start with 1: longer than any phone number made here, so the digits never coincide. */
  private freeLid(): string {
    for (;;) {
      const lid = `1${randomInt(1_000_000, 10_000_000)}${randomInt(1_000_000, 10_000_000)}`;
      if (!this.byLid.has(lid) && !this.byPhone.has(lid)) return lid;
    }
  }
}
