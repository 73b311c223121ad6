import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxClient } from '@multiwa/sandbox/client';
import { createClient, type MultiwaClient } from '@multiwa/sdk';
import type { Product } from '../product/start-product.js';
import { waitFor } from '../wait-for.js';
import type { Chat, Settings } from './settings.js';

/** A client repeats a call for this long, with the same Idempotency-Key, while a service is away. */
const RETRY_FOR_MS = 120_000;
const UNDERWAY_TIMEOUT_MS = 300_000;

/** Texts of one chat in one direction, one after the other. */
export interface Lane {
  chat: Chat;
  way: 'out' | 'in';
  /** Texts that were handed over, in order. */
  said: string[];
  /** When each was begun to be handed over, in milliseconds since the epoch. */
  saidAtMs: number[];
  /** The id that the API gave to each, by text; of ours only. */
  ids: Map<string, string>;
}

/**
 * Texts in both directions of every chat at a steady pace. Each chat and direction is in order: the next text is handed over
 * when the one before was accepted. All texts begin with `label`, and no two are the same.
 */
export class Traffic {
  readonly label: string;
  readonly lanes: readonly Lane[];
  /** What the gateway refused for good, as a sentence each. */
  readonly refusals: string[] = [];
  readonly #total: number;
  readonly #everyMs: number;
  readonly #client: MultiwaClient;
  readonly #sandbox: SandboxClient;
  #handedOver = 0;
  #done: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(product: Product, chats: readonly Chat[], label: string, { messages, perSecond }: Settings) {
    const { url, apiKey, sandbox } = product;
    this.label = label;
    this.#client = createClient({ url, apiKey, retryForMs: RETRY_FOR_MS });
    this.#sandbox = sandbox;
    this.#total = messages;
    this.#everyMs = 1_000 / perSecond;
    this.lanes = chats.flatMap((chat) =>
      (['out', 'in'] as const).map((way): Lane => ({ chat, way, said: [], saidAtMs: [], ids: new Map() })),
    );
  }

  /** Texts that were accepted by the gateway or the network so far. */
  get handedOver(): number {
    return this.#handedOver;
  }

  /** Resolves when all were handed over. */
  get done(): Promise<void> {
    return this.#done;
  }

  start(): void {
    this.#done = this.#drive();
    // Awaited later; a failure in between must not end the process.
    this.#done.catch(() => undefined);
  }

  /** No further text is begun; `done` resolves when those under way were handed over. */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when this share of all (0 to 1) was handed over. */
  untilShare(share: number): Promise<void> {
    return this.untilHandedOver(Math.floor(share * this.#total));
  }

  /** Resolves when so many were handed over. */
  async untilHandedOver(count: number): Promise<void> {
    await waitFor(() => this.#handedOver >= count, {
      what: `${count} texts to be handed over`,
      timeoutMs: UNDERWAY_TIMEOUT_MS,
    });
  }

  async #drive(): Promise<void> {
    const busy = new Map<Lane, Promise<void>>();
    const startedAt = performance.now();
    for (let index = 0; index < this.#total && !this.#stopped; index += 1) {
      const waitMs = startedAt + index * this.#everyMs - performance.now();
      if (waitMs > 1) await sleep(waitMs);
      const lane = this.lanes[index % this.lanes.length];
      if (!lane) return;
      const next = (busy.get(lane) ?? Promise.resolve()).then(() => this.#say(lane, index));
      busy.set(lane, next);
    }
    await Promise.all(busy.values());
  }

  async #say({ chat, way, said, saidAtMs, ids }: Lane, index: number): Promise<void> {
    const text = `${this.label} ${way} ${index}`;
    const atMs = Date.now();
    try {
      if (way === 'in') await this.#sandbox.send(chat.contact, { to: chat.own, text });
      else {
        const body = { type: 'TEXT' as const, to: chat.contact, text };
        ids.set(text, (await this.#client.messages.send(chat.profileId, body)).id);
      }
      said.push(text);
      saidAtMs.push(atMs);
      this.#handedOver += 1;
    } catch (error) {
      this.refusals.push(`${text} (${chat.profileId}): ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
