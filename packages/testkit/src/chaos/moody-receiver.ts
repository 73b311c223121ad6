import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventEnvelope } from '@multiwa/contracts';

/** How a receiver of webhooks can be. `down`: connections are reset; `hangs-up`: it reads, and goes without an answer. */
export const badMoods = ['down', 'slow', 'failing', 'hangs-up'] as const;
export type Mood = 'well' | (typeof badMoods)[number];

const SLOW_MS = 2_000;

/** An event that the receiver was given, whether it took it or not. */
interface Given {
  body: string;
  event: EventEnvelope;
  atMs: number;
  taken: boolean;
}

/** A receiver of webhooks that can be made to fail in every way, and remembers what it was given. */
export class MoodyReceiver {
  mood: Mood = 'well';
  readonly given: Given[] = [];
  readonly #server: Server;
  readonly #taken = new Map<string, Given>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<MoodyReceiver> {
    const server = createServer();
    const receiver = new MoodyReceiver(server);
    server.on('connection', (socket: Socket) => {
      if (receiver.mood === 'down') socket.resetAndDestroy();
    });
    server.on('request', async (request, response) => {
      try {
        const body = await text(request);
        const { mood } = receiver;
        if (mood === 'down') return response.destroy();
        const given: Given = { body, event: JSON.parse(body), atMs: Date.now(), taken: false };
        receiver.given.push(given);
        if (mood === 'hangs-up') return response.destroy();
        if (mood === 'slow') await sleep(SLOW_MS);
        given.taken = mood !== 'failing';
        if (given.taken && !receiver.#taken.has(given.event.id)) receiver.#taken.set(given.event.id, given);
        response.writeHead(given.taken ? 204 : 500).end();
      } catch {
        // Whoever sent it was killed in the middle.
        response.destroy();
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/webhooks`;
  }

  /** The first time that each event was taken, in that order. */
  get taken(): ReadonlyMap<string, Given> {
    return this.#taken;
  }

  /** Ids that came with more than one body. */
  severalBodies(): string[] {
    const bodies = new Map<string, Set<string>>();
    for (const { event, body } of this.given) bodies.set(event.id, (bodies.get(event.id) ?? new Set()).add(body));
    return [...bodies].filter(([, each]) => each.size > 1).map(([id]) => id);
  }

  /** Events that were taken for the first time behind a later one of their chat. */
  reordered(): string[] {
    const last = new Map<string, number>();
    return [...this.#taken.values()].flatMap(({ event }) => {
      if (typeof event.data.chat !== 'string') return [];
      const chat = `${event.profileId} ${event.data.chat}`;
      const behind = event.sequence < (last.get(chat) ?? 0);
      last.set(chat, Math.max(last.get(chat) ?? 0, event.sequence));
      return behind ? [event.id] : [];
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
