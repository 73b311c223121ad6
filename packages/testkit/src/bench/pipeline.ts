import { EventLog } from '../event-log.js';
import { type LinkedProfile, linkProfile } from '../link-profile.js';
import { type Product, startProduct } from '../product/start-product.js';
import { waitFor } from '../wait-for.js';
import type { BareAnswer, BareRequest } from './bare-client.js';
import { type Child, startChild } from './child.js';
import { makePoster, messagesOf } from './load.js';
import { type Comparison, compare } from './turns.js';

/** Chats that send side by side, on both sides: the product's limit for one profile. */
const CHATS = 16;
/** After some 5,000 texts the product spends about a third less on each: by then its code is compiled. */
const WARM_UP_TURNS = 2;
const TURN_TIMEOUT_MS = 300_000;

export interface PipelineOptions {
  /** Texts a turn, over all chats. */
  messages: number;
  /** Turns of each side. */
  rounds: number;
}

/**
 * Texts a second from the first POST to the last `message.sent` read from the event stream, beside a bare loop of the client
 * library (in-memory keys, its own process) that sends as many to the same phones on the same simulated network.
 */
export async function benchPipeline(options: PipelineOptions): Promise<{ bench: string } & Comparison> {
  const each = Math.max(1, Math.round(options.messages / CHATS));
  console.info(`pipeline: ${each * CHATS} texts a turn over ${CHATS} chats, ${options.rounds} turns of each side`);
  const product = await startProduct();
  const bare = startChild<BareRequest, BareAnswer>('bare-client.js');
  try {
    const phones = (await product.sandbox.createPhones({ count: CHATS })).map(({ phone }) => phone);
    const linked = await linkProfile(product, 'Bench');
    await linkBare(product, bare);
    const log = await EventLog.open(product.client, { profileId: linked.profile.id });
    const received = async () => {
      const counts = await Promise.all(phones.map(async (phone) => (await product.sandbox.phone(phone)).received));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const ours = async (n: number) => {
      const before = await received();
      const ms = await sendThroughProduct(product, linked, log, phones, n);
      await settled(received, before + n * CHATS, log);
      return (n * CHATS * 1_000) / ms;
    };
    const theirs = async (n: number) => {
      const before = await received();
      const answer = await bare.ask({ do: 'send', phones, each: n });
      if (!('sentInMs' in answer)) throw new Error('the bare client answered something else');
      await settled(received, before + n * CHATS, log);
      return (n * CHATS * 1_000) / answer.sentInMs;
    };
    // First contacts cost key queries and signatures, and the compilers of six processes warm up: not what is compared.
    for (let turn = 0; turn < WARM_UP_TURNS; turn += 1) {
      await ours(each);
      await theirs(each);
    }
    const comparison = await compare(
      { name: 'MultiWA, accept to SENT', turn: () => ours(each) },
      { name: 'bare client library', turn: () => theirs(each) },
      'messages/s',
      options.rounds,
    );
    await log.close();
    return { bench: 'pipeline', ...comparison };
  } finally {
    await bare.stop();
    await product.stop();
  }
}

async function linkBare({ sandbox }: Product, bare: Child<BareRequest, BareAnswer>): Promise<void> {
  const phone = await sandbox.createPhone({ name: 'Bare' });
  const first = await bare.ask({ do: 'link', ...(await sandbox.network()) });
  if (!('qr' in first)) throw new Error('the bare client showed no QR code');
  const linked = bare.next();
  await sandbox.scan(phone.phone, first.qr);
  if (!('linked' in (await linked))) throw new Error('the bare client was not linked');
}

/** @returns milliseconds from the first POST to the last message.sent. */
async function sendThroughProduct(
  product: Product,
  { profile }: LinkedProfile,
  log: EventLog,
  phones: readonly string[],
  each: number,
): Promise<number> {
  const left = leftCounter(log);
  const { post, close } = makePoster({ ...messagesOf(product, profile.id), connections: CHATS });
  const startedAt = performance.now();
  await Promise.all(
    phones.map(async (to) => {
      for (let index = 0; index < each; index += 1) {
        await post(JSON.stringify({ type: 'TEXT', to, text: `product ${index}` }));
      }
    }),
  );
  await close();
  const total = each * phones.length;
  const lastAtMs = await log.until(
    () => (left.count() >= total ? log.seen.at(-1)?.seenAtMs : undefined),
    TURN_TIMEOUT_MS,
  );
  if (lastAtMs === undefined) throw new Error(`${left.count()} of ${total} were sent`);
  return lastAtMs - startedAt;
}

/** Counts the messages that are announced as SENT from now on; a receipt that overtakes the ack says so as well. */
function leftCounter(log: EventLog): { count(): number } {
  const ids = new Set<string>();
  let position = log.seen.length;
  return {
    count() {
      for (const { type, data } of log.seen.slice(position)) {
        if ((type === 'message.sent' || type === 'message.delivered') && 'messageId' in data) ids.add(data.messageId);
      }
      position = log.seen.length;
      return ids.size;
    },
  };
}

/** Waits until the turn is wholly over: the phones have everything, and nothing more is announced about it. */
async function settled(received: () => Promise<number>, wanted: number, log: EventLog): Promise<void> {
  await waitFor(async () => (await received()) >= wanted, {
    what: 'the phones to have every text',
    timeoutMs: TURN_TIMEOUT_MS,
    everyMs: 200,
  });
  let before = -1;
  await waitFor(
    () => {
      const quiet = log.seen.length === before;
      before = log.seen.length;
      return quiet;
    },
    { what: 'the event stream to be quiet', timeoutMs: TURN_TIMEOUT_MS, everyMs: 500 },
  );
}
