import { randomBytes } from 'node:crypto';
import type { MediaHost } from '../media/media-host.js';
import type { ServerIdentity } from '../noise/server-identity.js';
import type { ResolvedOptions } from '../options.js';
import type { HistorySeed } from '../phone/history/seed.js';
import type { Store, StoreEntry } from '../store/store.js';
import type { Account, Companion } from './account.js';
import type { Call } from './calls.js';
import { Channels } from './channel.js';
import { Directory } from './directory.js';
import { FaultRules } from './faults.js';
import { Groups } from './group.js';
import type { BinaryNode } from './node.js';
import { RateLimits } from './rate-limits.js';
import { SocketCounter } from './sockets.js';
import { Trace } from './trace.js';
import { UnknownRequests } from './unknown.js';

/** A stanza for one device. */
export interface Delivery {
  account: Account;
  device: number;
  node: BinaryNode;
}

/** The whole state of the simulated network, and the one way in which stanzas reach devices. */
export class Network {
  readonly directory = new Directory();
  readonly groups = new Groups();
  readonly channels = new Channels();
  /** Phone numbers of those whose clients want to hear how posts of a channel count, by the channel's id. */
  readonly channelWatchers = new Map<string, Set<string>>();
  readonly faults = new FaultRules();
  readonly limits = new RateLimits();
  readonly sockets = new SocketCounter();
  readonly trace: Trace;
  readonly unknown: UnknownRequests;
  /** Privacy settings by phone number; what is missing is `all`. */
  readonly privacy = new Map<string, Record<string, string>>();
  /** What phones have kept from before anything was linked to them, by phone number. */
  readonly histories = new Map<string, HistorySeed>();
  /** Calls by their id. */
  readonly calls = new Map<string, Call>();
  /** Blocked LIDs by phone number. */
  readonly blocked = new Map<string, Set<string>>();
  /** Where this network serves what it hands out by URL; set once it listens. */
  publicUrl = '';
  /** Where files lie; set before anybody connects. */
  media: MediaHost | undefined;
  /** Called when a companion has finished its log-in, before what waits for it is sent. */
  onCompanionActive: (account: Account, companion: Companion) => void = () => undefined;

  constructor(
    readonly options: ResolvedOptions,
    readonly store: Store,
    readonly identity: ServerIdentity,
    /** Says something to whoever runs the sandbox; never bodies or keys. */
    readonly log: (message: string) => void,
  ) {
    this.trace = new Trace(options.traceDepth);
    this.unknown = new UnknownRequests((shape) => log(`unknown request ${shape}`));
  }

  /**
   * Commits `entries` together with the queueing of `deliveries`, waits until that would survive the process, and then
   * offers the deliveries to their devices. Nobody is told anything that a crash could take back.
   */
  async commit(entries: readonly StoreEntry[], deliveries: readonly Delivery[]): Promise<void> {
    const all = [...entries];
    const queued = deliveries.flatMap(({ account, device, node }) => {
      if (!account.hasDevice(device)) return [];
      const outbox = account.outbox(device);
      const { seq, entry } = outbox.add(node);
      all.push(entry);
      return [{ account, device, outbox, seq }];
    });
    this.store.put(all);
    await this.store.settled();
    for (const { outbox, seq } of queued) outbox.release(seq);
    for (const { account, device } of queued) account.wake(device);
  }

  /** Whether `account` wants nothing from `sender`. */
  hasBlocked(account: Account, sender: Account): boolean {
    return this.blocked.get(account.phone)?.has(sender.jid('lid')) ?? false;
  }

  /** A fresh stanza id in the server's style. */
  stanzaId(): string {
    return randomBytes(8).toString('hex').toUpperCase();
  }
}
