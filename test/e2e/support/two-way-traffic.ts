import { expect } from 'vitest';
import type { PhoneView, SandboxClient } from '../../../packages/sandbox/dist/client.js';
import { allItems, createClient, type Message, type MultiwaClient } from '../../../packages/sdk/dist/index.js';
import { EventLog, type LinkedProfile, type Product, waitFor } from '../../../packages/testkit/dist/index.js';

/** Texts to four phones and from them, numbered so that each one can be counted. */
export interface Traffic {
  /** Resolves when this many texts were accepted by the gateway and as many were sent by phones. */
  untilUnderway(each: number): Promise<void>;
  /** Resolves when all were accepted and sent. */
  done: Promise<void>;
  /**
   * Nothing lost, nothing twice, and each chat in order: shown at the phones, by API and on the event stream. Unless said
   * otherwise the network carried each once, not merely each once by its id.
   */
  expectExactlyOnce(options?: { inOneCopy?: boolean }): Promise<void>;
}

const CHATS = 4;
const HELLO = 'hello';
const SETTLE_TIMEOUT_MS = 60_000;
/** A client keeps repeating a call for this long while a service is being started again. */
const RETRY_FOR_MS = 60_000;

interface Chat {
  phone: string;
  out: string[];
  in: string[];
}

/** Starts `count` texts each way between a linked profile and four phones, chats side by side, each chat in order. */
export async function startTraffic(
  { url, apiKey, sandbox }: Product,
  { profile, phone }: LinkedProfile,
  count: number,
  label: string,
): Promise<Traffic> {
  const client = createClient({ url, apiKey, retryForMs: RETRY_FOR_MS });
  const log = await EventLog.open(client, { profileId: profile.id });
  const phones = await sandbox.createPhones({ count: CHATS });
  const chats = phones.map(({ phone: number }, chat): Chat => {
    const texts = (way: string) => Array.from({ length: count / CHATS }, (_, n) => `${label} ${way} ${chat}.${n}`);
    return { phone: number, out: texts('out'), in: texts('in') };
  });
  await acquaint(client, sandbox, profile.id, phone.phone, phones);
  const accepted: Message[] = [];
  let arrivedAtNetwork = 0;
  const sendOut = async (chat: Chat) => {
    for (const text of chat.out) {
      accepted.push(await client.messages.send(profile.id, { type: 'TEXT', to: chat.phone, text }));
    }
  };
  const sendIn = async (chat: Chat) => {
    for (const text of chat.in) {
      await sandbox.send(chat.phone, { to: phone.phone, text });
      arrivedAtNetwork += 1;
    }
  };
  const done = Promise.all(chats.flatMap((chat) => [sendOut(chat), sendIn(chat)])).then(() => undefined);
  // The test awaits it later; a failure in between must not end the process.
  done.catch(() => undefined);

  const receivedAt = async (chat: Chat) =>
    (await sandbox.messages(chat.phone)).messages.filter(({ text }) => text !== HELLO);
  const stored = async () => {
    const messages: Message[] = [];
    for await (const message of allItems((query) => client.messages.list(profile.id, query))) messages.push(message);
    return messages.filter(
      ({ chat, content }) =>
        content.type === 'TEXT' && content.text !== HELLO && chats.some(({ phone: to }) => chat.startsWith(`${to}@`)),
    );
  };
  return {
    done,
    untilUnderway: async (each) => {
      await waitFor(() => accepted.length >= each && arrivedAtNetwork >= each, {
        what: `${each} messages each way to be underway`,
        timeoutMs: SETTLE_TIMEOUT_MS,
      });
    },
    async expectExactlyOnce({ inOneCopy = true } = {}) {
      await done;
      await waitFor(
        async () => {
          const rows = await stored();
          return rows.length >= 2 * count && rows.every(({ fromMe, status }) => !fromMe || status === 'DELIVERED');
        },
        {
          what: `${count} messages each way to be stored, and ours to be delivered`,
          timeoutMs: SETTLE_TIMEOUT_MS,
          everyMs: 250,
        },
      );
      for (const chat of chats) {
        const received = await receivedAt(chat);
        const texts = received.map(({ text }) => text);
        expect(texts).toEqual(chat.out);
        if (inOneCopy) expect(received.filter(({ copies }) => copies > 1)).toEqual([]);
      }
      const rows = await stored();
      for (const chat of chats) {
        const own = rows.filter((row) => row.chat.startsWith(`${chat.phone}@`)).reverse();
        const texts = (fromMe: boolean) => own.filter((row) => row.fromMe === fromMe).map(textOf);
        expect(texts(true), 'ours by API, oldest first').toEqual(chat.out);
        expect(texts(false), 'theirs by API, oldest first').toEqual(chat.in);
      }
      await expectEventsOnce(log, new Set(rows.map(({ id }) => id)), count);
      for (const chat of chats) {
        const told = log.of('message.received').filter(({ data }) => data.chat.startsWith(`${chat.phone}@`));
        const texts = told.map(({ data }) => textOf(data)).filter((text) => text !== HELLO);
        expect(texts, 'theirs as announced').toEqual(chat.in);
      }
      await log.close();
    },
  };
}

function textOf({ content }: Pick<Message, 'content'>): string | undefined {
  return content.type === 'TEXT' ? content.text : undefined;
}

/**
 * Each phone writes first and is answered. Two strangers who write to each other at the same moment begin two Signal sessions;
 * what cannot be read then is asked for again and comes late, on WhatsApp as here, which is not what these tests are about.
 */
async function acquaint(
  client: MultiwaClient,
  sandbox: SandboxClient,
  profileId: string,
  number: string,
  phones: readonly PhoneView[],
): Promise<void> {
  await Promise.all(
    phones.map(async ({ phone }) => {
      const { id } = await sandbox.send(phone, { to: number, text: HELLO });
      await waitFor(async () => (await sandbox.sentMessage(phone, id)).status === 'delivered', {
        what: 'the first text',
      });
      await client.messages.send(profileId, { type: 'TEXT', to: phone, text: HELLO });
      await sandbox.waitForMessage(phone, ({ text }) => text === HELLO);
    }),
  );
}

/**
 * Each text of theirs is announced once. Each text of ours is announced as sent, or as delivered when the receipt overtook the
 * ack, and no status twice. The numbering has no gap.
 */
async function expectEventsOnce(log: EventLog, ids: Set<string>, count: number): Promise<void> {
  const about = (type: 'message.sent' | 'message.delivered' | 'message.received') =>
    log.of(type).flatMap(({ data }) => (ids.has(data.messageId) ? [data.messageId] : []));
  const left = () => new Set([...about('message.sent'), ...about('message.delivered')]).size;
  const complete = () => (left() === count && about('message.received').length >= count ? true : undefined);
  expect(await log.until(complete, SETTLE_TIMEOUT_MS), 'every message was announced').toBe(true);
  for (const type of ['message.sent', 'message.delivered', 'message.received'] as const) {
    expect(new Set(about(type)).size, type).toBe(about(type).length);
  }
  const sequences = log.seen.map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.map((_, index) => (sequences[0] ?? 0) + index));
}
