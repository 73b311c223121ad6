import type { EventLog } from '../event-log.js';
import type { Product, ServiceName } from '../product/start-product.js';
import type { Chat, Member, Settings } from './settings.js';
import type { SlowLink } from './slow-link.js';
import type { Sockets } from './sockets.js';
import type { Traffic } from './traffic.js';

/** A product with linked profiles and people that they know, for one scenario after the other. */
export interface World {
  product: Product;
  settings: Settings;
  members: readonly Member[];
  chats: readonly Chat[];
  /** Every event of the workspace since before the first profile. */
  log: EventLog;
  sockets: Sockets;
  /** Between the services and PostgreSQL, where the scenario wants it. */
  database: SlowLink | undefined;
  say(line: string): void;
  /** Names of the engine workers that run. */
  workers(): ServiceName[];
  /** Starts one more worker; resolves with its name when it is ready. */
  addWorker(): Promise<ServiceName>;
  /** Brings the number of workers back to what it was at the start. */
  restoreWorkers(): Promise<void>;
  stop(): Promise<void>;
}

/** What a scenario found out beside the counts, under the names of its JSON line. */
export interface Measured {
  figures: Record<string, number>;
  /** Durations that the scenario is about, in milliseconds: p50Ms and p99Ms. Those of the messages when absent. */
  durationsMs?: readonly number[];
  /** Profiles whose socket was up in a frozen process when the new owner opened its own: one each is no fault of ours. */
  takenOver?: readonly Member[];
  /** What must not be, in words. */
  faults?: readonly string[];
}

/** The most that a figure of the JSON line may be. */
export type Limits = Readonly<Record<string, number>>;

/** What a scenario wants of the product, where that is more than a plain one. */
export interface Wants {
  /** Between the services and PostgreSQL. */
  slowLink?: boolean;
  /** Of each service; see heap.ts. */
  inspector?: boolean;
}

export interface Scenario {
  name: string;
  /** One line for the usage. */
  about: string;
  defaults: Partial<Settings>;
  limits?: Limits;
  wants?: Wants;
  /** Disturbs the product amid the traffic, which has begun, and waits until it has healed. */
  disturb(world: World, traffic: Traffic): Promise<Measured>;
}
