import type { EventType } from '@multiwa/contracts';
import { EventLog } from '../event-log.js';
import { type LinkedProfile, linkProfile } from '../link-profile.js';
import { type Product, startProduct } from '../product/start-product.js';
import { waitFor } from '../wait-for.js';
import type { BareAnswer, BareRequest, BareUsage } from './bare-client.js';
import { type Child, startChild } from './child.js';
import { type EngineUsage, engineUsage } from './engine-metrics.js';
import { linkBare } from './link-bare.js';
import { makePoster, messagesOf } from './load.js';
import { sideBySide } from './side-by-side.js';
import { type Comparison, compare, median } from './turns.js';

/** Chats side by side, on both sides, dealt out to the numbers. */
const CHATS = 16;
const TURN_TIMEOUT_MS = 300_000;
const QUIET_EVERY_MS = 500;

export interface SendOptions {
  /** Texts a turn, over all chats. */
  messages: number;
  /** Turns of each side, for each direction. */
  rounds: number;
  /** Numbers on each side; the product's are profiles of one engine process, the others sockets of one process. */
  profiles: number;
}

export interface SendResult {
  bench: 'send';
  /** The engine's processor time for a text beside the bare client's. */
  ratioSent: number;
  ratioReceived: number;
  /** Statements of the engine that write session state, for each text. */
  statementsPerSent: number;
  statementsPerReceived: number;
  /** Milliseconds of processor time. */
  cpuMsPerSent: number;
  cpuMsPerReceived: number;
  bareCpuMsPerSent: number;
  bareCpuMsPerReceived: number;
}

/**
 * Processor time of the engine process for each text sent (command in, text and delivery receipt over the network, facts out)
 * and received, beside the bare client library's (in-memory keys, its own process) for as many texts with the same phones on
 * the same simulated network. A share of processor time, so that a busy machine changes it little.
 */
export async function benchSend(options: SendOptions): Promise<SendResult> {
  const each = Math.max(1, Math.round(options.messages / CHATS));
  console.info(
    `send: ${each * CHATS} texts a turn over ${CHATS} chats of ${options.profiles} numbers, ${options.rounds} turns of each side and direction`,
  );
  const product = await startProduct();
  const bare: Bare = startChild('bare-client.js');
  try {
    const phones = (await product.sandbox.createPhones({ count: CHATS })).map(({ phone }) => phone);
    const linked: LinkedProfile[] = [];
    const bareNumbers: string[] = [];
    for (let index = 0; index < options.profiles; index += 1) {
      linked.push(await linkProfile(product, `Bench ${index + 1}`));
      bareNumbers.push(await linkBare(product, bare));
    }
    const profileIds = linked.map(({ profile }) => profile.id);
    const numbers = linked.map(({ phone }) => phone.phone);
    const log = await EventLog.open(product.client);
    const sides = makeSides({ product, bare, phones, log });
    const sent = await sides.compare(options.rounds, each, {
      ours: (n) => sides.sendOurs(profileIds, n),
      theirs: sides.sendTheirs,
      what: 'sent',
    });
    const received = await sides.compare(options.rounds, each, {
      ours: (n) => sides.receiveOurs(numbers, n),
      theirs: (n) => sides.receiveTheirs(bareNumbers, n),
      what: 'received',
    });
    await log.close();
    return {
      bench: 'send',
      ratioSent: sent.ratio,
      ratioReceived: received.ratio,
      statementsPerSent: sent.statements,
      statementsPerReceived: received.statements,
      cpuMsPerSent: sent.product,
      cpuMsPerReceived: received.product,
      bareCpuMsPerSent: sent.bare,
      bareCpuMsPerReceived: received.bare,
    };
  } finally {
    await bare.stop();
    await product.stop();
  }
}

type Bare = Child<BareRequest, BareAnswer>;

interface Around {
  product: Product;
  bare: Bare;
  phones: readonly string[];
  log: EventLog;
}

interface Direction {
  /** Moves so many texts in each chat; resolves when all that they lead to is over. */
  ours(each: number): Promise<void>;
  theirs(each: number): Promise<void>;
  what: 'sent' | 'received';
}

function makeSides({ product, bare, phones, log }: Around) {
  const { sandbox } = product;
  const atThePhones = async () => {
    const views = await Promise.all(phones.map((phone) => sandbox.phone(phone)));
    return views.reduce((sum, { received }) => sum + received, 0);
  };
  const usageOfBare = async (): Promise<BareUsage> => {
    const answer = await bare.ask({ do: 'usage' });
    if (!('cpuMs' in answer)) throw new Error('the bare client answered something else');
    return answer;
  };
  const wait = (what: string, condition: () => Promise<boolean>) =>
    waitFor(condition, { what, timeoutMs: TURN_TIMEOUT_MS, everyMs: 100 });
  const eachChat = (work: (phone: string, chat: number) => Promise<void>) =>
    sideBySide([...phones.entries()], CHATS, ([chat, phone]) => work(phone, chat));
  const fromPhones = (numbers: readonly string[], each: number) =>
    eachChat(async (phone, chat) => {
      const to = numbers[chat % numbers.length] ?? '';
      for (let index = 0; index < each; index += 1) await sandbox.send(phone, { to, text: `bench ${index}` });
    });
  const announced = (type: EventType) => log.of(type).length;

  return {
    async sendOurs(profileIds: readonly string[], each: number) {
      const [phonesBefore, deliveredBefore] = [await atThePhones(), announced('message.delivered')];
      await eachChat(async (to, chat) => {
        const profileId = profileIds[chat % profileIds.length] ?? '';
        const { post, close } = makePoster({ ...messagesOf(product, profileId), connections: 1 });
        for (let index = 0; index < each; index += 1)
          await post(JSON.stringify({ type: 'TEXT', to, text: `bench ${index}` }));
        await close();
      });
      const total = each * CHATS;
      await wait('every text to be delivered', async () => announced('message.delivered') >= deliveredBefore + total);
      await wait('the phones to have every text', async () => (await atThePhones()) >= phonesBefore + total);
      await quiet(log);
    },

    async sendTheirs(each: number) {
      const before = await atThePhones();
      await bare.ask({ do: 'send', phones: [...phones], each });
      await wait('the phones to have every text', async () => (await atThePhones()) >= before + each * CHATS);
      await quiet(log);
    },

    async receiveOurs(numbers: readonly string[], each: number) {
      const before = announced('message.received');
      await fromPhones(numbers, each);
      await wait('every text to be announced', async () => announced('message.received') >= before + each * CHATS);
      await quiet(log);
    },

    async receiveTheirs(numbers: readonly string[], each: number) {
      const before = (await usageOfBare()).received;
      await fromPhones(numbers, each);
      await wait(
        'the bare client to have every text',
        async () => (await usageOfBare()).received >= before + each * CHATS,
      );
      await quiet(log);
    },

    /** Milliseconds of processor time for each text of both sides, and how many statements ours took. */
    async compare(rounds: number, each: number, { ours, theirs, what }: Direction) {
      const total = each * CHATS;
      const statements: number[] = [];
      // First contacts cost key queries and signatures, and both sides warm up: not what is compared.
      await ours(each);
      await theirs(each);
      const comparison: Comparison = await compare(
        {
          name: `engine, ${what}`,
          async turn() {
            const before = await engineUsage(product);
            await ours(each);
            const after = await engineUsage(product);
            const per = (field: keyof EngineUsage) => (after[field] - before[field]) / total;
            statements.push(per('stateStatements'));
            return per('cpuMs');
          },
        },
        {
          name: `bare client, ${what}`,
          async turn() {
            const before = await usageOfBare();
            await theirs(each);
            return ((await usageOfBare()).cpuMs - before.cpuMs) / total;
          },
        },
        'ms of CPU a text',
        rounds,
        2,
      );
      return { ...comparison, statements: Number(median(statements).toFixed(3)) };
    },
  };
}

/** Waits until nothing more is announced: receipts come after what they are about. */
async function quiet(log: EventLog): Promise<void> {
  let before = -1;
  await waitFor(
    () => {
      const same = log.seen.length === before;
      before = log.seen.length;
      return same;
    },
    { what: 'the event stream to be quiet', timeoutMs: TURN_TIMEOUT_MS, everyMs: QUIET_EVERY_MS },
  );
}
