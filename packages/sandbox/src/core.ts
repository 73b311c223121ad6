import { SandboxError } from './errors.js';
import type { MediaHost } from './media/media-host.js';
import { startMedia } from './media/start-media.js';
import type { Companion } from './model/account.js';
import type { NewAccount } from './model/directory.js';
import { Network } from './model/network.js';
import { createServerIdentity, type ServerIdentity } from './noise/server-identity.js';
import type { ResolvedOptions } from './options.js';
import { bootstrapCompanion } from './phone/bootstrap.js';
import { VirtualPhone } from './phone/virtual-phone.js';
import { restoreNetwork } from './restore.js';
import { Acceptor } from './server/acceptor.js';
import { removeCompanion } from './server/companions.js';
import { Pairing } from './server/pairing.js';
import type { Store, StoreEntry } from './store/store.js';

const IDENTITY_KEY = 'identity';

/** The running network without its HTTP face: accounts with their phones, and the door for clients. */
export class SandboxCore {
  private constructor(
    readonly network: Network,
    readonly pairing: Pairing,
    readonly acceptor: Acceptor,
    readonly media: MediaHost,
    private readonly phones: Map<string, VirtualPhone>,
  ) {}

  /** Puts back what `store` holds, or starts a new network with a new root. */
  static async start(options: ResolvedOptions, store: Store, log: (message: string) => void): Promise<SandboxCore> {
    const entries = [...store.load()];
    let identity = entries.find(([key]) => key === IDENTITY_KEY)?.[1] as ServerIdentity | undefined;
    if (!identity) {
      identity = createServerIdentity();
      store.put([[IDENTITY_KEY, identity]]);
      await store.settled();
    }
    const network = new Network(options, store, identity, log);
    const media = await startMedia(store, entries, options);
    network.media = media;
    const phones = restoreNetwork(network, entries);
    const pairing = new Pairing(network);
    const core = new SandboxCore(network, pairing, new Acceptor(network, pairing), media, phones);
    network.onCompanionActive = (account, companion) => core.bootstrap(account.phone, companion);
    for (const phone of phones.values()) phone.wake();
    return core;
  }

  /** Makes phones; resolves when they are durable. Errors: phone_exists. */
  async createPhones(wanted: readonly NewAccount[]): Promise<VirtualPhone[]> {
    const { directory, store } = this.network;
    for (const { phone } of wanted) {
      if (phone !== undefined && directory.find(phone)) {
        throw new SandboxError('phone_exists', `There is already a phone ${phone}.`);
      }
    }
    const entries: StoreEntry[] = [];
    const phones = wanted.map((one) => {
      const account = directory.create(one);
      const phone = new VirtualPhone(this.network, account);
      this.phones.set(account.phone, phone);
      entries.push(account.recordEntry());
      return phone;
    });
    store.put(entries);
    await store.settled();
    return phones;
  }

  listPhones(): VirtualPhone[] {
    return [...this.phones.values()];
  }

  /** Finds a phone by its number, punctuation aside, or by its LID. Errors: phone_not_found. */
  phone(number: string): VirtualPhone {
    const digits = number.replace(/[\s+()-]/g, '');
    const phone = this.phones.get(digits) ?? this.phones.get(this.network.directory.findByJid(number)?.phone ?? '');
    if (!phone) throw new SandboxError('phone_not_found', `There is no phone ${number}.`);
    return phone;
  }

  /** Unlinks a companion as its phone's owner does. Errors: companion_not_found. */
  async unlink(phone: VirtualPhone, device: number): Promise<void> {
    if (!phone.account.companions.has(device)) {
      throw new SandboxError('companion_not_found', `${phone.account.phone} has no companion ${device}.`);
    }
    await removeCompanion(this.network, phone.account, device);
  }

  /** Resets every connection, then writes out what is pending. */
  async stop(): Promise<void> {
    this.acceptor.resetAll();
    await Promise.all(this.listPhones().map((phone) => phone.stop()));
    await this.media.stop();
    await this.network.store.close();
  }

  private bootstrap(number: string, companion: Companion): void {
    const phone = this.phones.get(number);
    if (!phone || companion.bootstrapped || !this.network.options.bootstrap) return;
    companion.bootstrapped = true;
    this.network.store.put([phone.account.companionEntry(companion)]);
    bootstrapCompanion(this.network, phone, companion).catch((error: Error) =>
      this.network.log(`phone failed to greet its companion: ${error.message}`),
    );
  }
}
