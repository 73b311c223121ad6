import { startProduct } from '../product/start-product.js';
import type { BareReady } from './bare-server.js';
import { startChild } from './child.js';
import { messagesOf, postLoad } from './load.js';
import { type Comparison, compare } from './turns.js';

const CONNECTIONS = 50;
const RECIPIENTS = 1_000;
const WARM_UP_SECONDS = 2;

export interface AcceptOptions {
  /** Length of a turn. */
  seconds: number;
  /** Turns of each side. */
  rounds: number;
}

/**
 * Requests a second of `POST /profiles/{id}/messages` (authenticated, validated, stored, on the command stream, answered 202),
 * beside a bare Fastify with zod that inserts the same row into a copy of the same table in the same database. No engine runs:
 * what is measured is accepting.
 */
export async function benchAccept({ seconds, rounds }: AcceptOptions): Promise<{ bench: string } & Comparison> {
  console.info(`accept: ${CONNECTIONS} connections, ${rounds} turns of ${seconds} s of each side`);
  // Nothing is sent, so the queue grows past any sensible bound; counting it goes on.
  const env = { MULTIWA_QUEUE_LIMIT: '10000000' };
  const product = await startProduct({ services: ['sandbox', 'gateway'], env });
  const bare = startChild<object, BareReady>('bare-server.js', { DATABASE_URL: product.databaseUrl });
  try {
    const { url: bareUrl } = await bare.next();
    const profile = await product.client.profiles.create({ name: 'Bench', network: 'SANDBOX' });
    const body = (n: number) =>
      JSON.stringify({ type: 'TEXT', to: `+62812${(34_000_000 + (n % RECIPIENTS)).toString()}`, text: `text ${n}` });
    const ourTarget = { ...messagesOf(product, profile.id), connections: CONNECTIONS };
    const ours = (turnSeconds: number) => postLoad(ourTarget, turnSeconds, body);
    const theirTarget = { url: `${bareUrl}/messages`, connections: CONNECTIONS };
    const theirs = (turnSeconds: number) => postLoad(theirTarget, turnSeconds, body);
    await ours(WARM_UP_SECONDS);
    await theirs(WARM_UP_SECONDS);
    const comparison = await compare(
      { name: 'MultiWA, durable accept', turn: () => ours(seconds) },
      { name: 'bare Fastify + zod + insert', turn: () => theirs(seconds) },
      'requests/s',
      rounds,
    );
    return { bench: 'accept', ...comparison };
  } finally {
    await bare.stop();
    await product.stop();
  }
}
