import { expect } from 'vitest';
import { type AutomationRun, allItems, type Contact, type MultiwaClient } from '../../../packages/sdk/dist/index.js';
import { type EventLog, type LinkedProfile, type Product, waitFor } from '../../../packages/testkit/dist/index.js';

export const drinks = ['tea', 'coffee'] as const;
type Drink = (typeof drinks)[number];

/** People on virtual phones who start a flow by writing, answer its question, and get its last word. */
export interface Walks {
  automationId: string;
  contacts: readonly { phone: string; drink: Drink }[];
  /** How many have got the last word. */
  readonly ended: number;
  /** Resolves when all have. */
  done: Promise<void>;
}

const AT_ONCE = 8;
const ANSWER_TIMEOUT_MS = 90_000;
const SETTLE_TIMEOUT_MS = 60_000;
const SETTLE_EVERY_MS = 250;
const ASK = 'Tea or coffee?';
const lastWord = (drink: Drink) => `Noted: ${drink}`;

const flow = {
  trigger: { kind: 'message_matches' as const, match: { how: 'exact' as const, value: 'menu' } },
  start: 'ask',
  nodes: [
    { id: 'ask', kind: 'ask' as const, text: ASK, saveAs: 'drink', timeoutSeconds: 3_600 },
    { id: 'pause', kind: 'delay' as const, seconds: 1 },
    {
      id: 'which',
      kind: 'condition' as const,
      subject: 'variable' as const,
      name: 'drink',
      match: { how: 'contains' as const, value: 'tea' },
    },
    { id: 'tea', kind: 'tag' as const, add: ['likes-tea'] },
    { id: 'coffee', kind: 'tag' as const, add: ['likes-coffee'] },
    { id: 'say', kind: 'send_text' as const, text: 'Noted: {{vars.drink}}' },
    { id: 'end', kind: 'end' as const },
  ],
  edges: [
    { from: 'ask', way: 'answered' as const, to: 'pause' },
    { from: 'ask', way: 'timeout' as const, to: 'end' },
    { from: 'pause', way: 'next' as const, to: 'which' },
    { from: 'which', way: 'yes' as const, to: 'tea' },
    { from: 'which', way: 'no' as const, to: 'coffee' },
    { from: 'tea', way: 'next' as const, to: 'say' },
    { from: 'coffee', way: 'next' as const, to: 'say' },
    { from: 'say', way: 'next' as const, to: 'end' },
  ],
};

/** Publishes the flow and lets `count` people walk it, several at a time. */
export async function startWalks(
  client: MultiwaClient,
  { sandbox }: Product,
  { profile, phone: own }: LinkedProfile,
  count: number,
): Promise<Walks> {
  const { id } = await client.automations.create({ name: 'Drinks', profileId: profile.id, flow });
  await client.automations.publish(id);
  await client.automations.enable(id);
  const phones = await sandbox.createPhones({ count, prefix: '62816' });
  const contacts = phones.map(({ phone }, index) => ({ phone, drink: drinks[index % drinks.length] ?? drinks[0] }));
  let ended = 0;
  const walk = async ({ phone, drink }: Walks['contacts'][number]) => {
    await sandbox.send(phone, { to: own.phone, text: 'menu' });
    await sandbox.waitForMessage(phone, ({ text }) => text === ASK, ANSWER_TIMEOUT_MS);
    await sandbox.send(phone, { to: own.phone, text: drink });
    await sandbox.waitForMessage(phone, ({ text }) => text === lastWord(drink), ANSWER_TIMEOUT_MS);
    ended += 1;
  };
  const waiting = [...contacts];
  const walkOn = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await walk(next);
  };
  const done = Promise.all(Array.from({ length: AT_ONCE }, walkOn)).then(() => undefined);
  // The test awaits it later; a failure in between must not end the process.
  done.catch(() => undefined);
  return {
    automationId: id,
    contacts,
    get ended() {
      return ended;
    },
    done,
  };
}

/** Each run took each of its steps once, each phone got each text once, and each contact has the tag of its answer. */
export async function expectWalkedOnce(
  client: MultiwaClient,
  { sandbox }: Product,
  { profile }: LinkedProfile,
  log: EventLog,
  { automationId, contacts }: Walks,
): Promise<void> {
  const runs = await waitFor(
    async () => {
      const all: AutomationRun[] = [];
      for await (const run of allItems((query) => client.automations.runs(automationId, query))) all.push(run);
      return all.length >= contacts.length && all.every(({ endedAt }) => endedAt !== null) && all;
    },
    { what: 'every run to end', timeoutMs: SETTLE_TIMEOUT_MS, everyMs: SETTLE_EVERY_MS },
  );
  expect(runs.map(({ status }) => status)).toEqual(contacts.map(() => 'COMPLETED'));
  expect(new Set(runs.map(({ chat }) => chat))).toEqual(
    new Set(contacts.map(({ phone }) => `${phone}@s.whatsapp.net`)),
  );
  for (const { id } of runs) {
    const { steps } = await client.automations.run(automationId, id);
    expect(steps.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'ask answered',
      'delay next',
      expect.stringMatching(/^condition (yes|no)$/),
      'tag next',
      'send_text next',
      'end end',
    ]);
  }
  for (const { phone, drink } of contacts) {
    const { messages } = await sandbox.messages(phone);
    expect(messages.map(({ text }) => text).sort()).toEqual([lastWord(drink), ASK].sort());
  }
  const tags = new Map<string | null, string[]>();
  const list = (query: { limit: number; cursor?: string }) => client.contacts.list(profile.id, query);
  for await (const contact of allItems<Contact>(list)) tags.set(contact.phone, contact.tags);
  expect(contacts.map(({ phone }) => tags.get(phone))).toEqual(contacts.map(({ drink }) => [`likes-${drink}`]));
  const told = await log.until(() => {
    const ends = log.of('automation.run.ended').map(({ data }) => data.runId);
    return ends.length >= contacts.length ? ends : undefined;
  }, SETTLE_TIMEOUT_MS);
  expect(told?.toSorted()).toEqual(runs.map(({ id }) => id).sort());
}
