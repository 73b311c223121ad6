import { allItems, type Broadcast, type BroadcastRecipient } from '@multiwa/sdk';
import type { EventLog } from '../event-log.js';
import { waitFor } from '../wait-for.js';
import type { Conversation } from './conversation.js';
import { step } from './step.js';
import type { Target } from './target.js';
import { drawProgress, endProgress, type SummaryRow, title } from './terminal.js';

const GUESTS = 20;
const PACE = { messagesPerMinute: 240, jitterPercent: 30, dailyCap: 1_000 };
const TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 200;
const names = ['Ayu', 'Budi', 'Citra', 'Dewi', 'Eko'];

/** A campaign to twenty virtual phones, at a pace, each with a text of its own. */
export async function broadcast(
  { client, sandbox }: Target,
  log: EventLog,
  { profile, phone }: Conversation,
): Promise<SummaryRow> {
  title(`A broadcast to ${GUESTS} phones`);
  const startedAt = performance.now();
  const phones = await sandbox.createPhones({ count: GUESTS });
  const guests = phones.map(({ phone: number }, index) => ({
    number,
    name: `${names[index % names.length]} ${index}`,
  }));
  const textTo = (name: string) => `Hello ${name}, we are open on Sunday.`;
  const draft = await step('a draft whose text names each recipient', () =>
    client.broadcasts.create({
      profileId: profile.id,
      name: 'Opening hours',
      content: { type: 'TEXT', text: textTo('{{name}}') },
      audience: { kind: 'recipients', recipients: guests.map(({ number, name }) => ({ to: `+${number}`, name })) },
      pace: PACE,
    }),
  );
  await step('started: broadcast.status RUNNING', async () => {
    await client.broadcasts.start(draft.id);
    await log.waitFor('broadcast.status', ({ data }) => data.broadcastId === draft.id && data.status === 'RUNNING');
  });
  const ended = await waitFor(
    async () => {
      const now = await client.broadcasts.get(draft.id);
      drawProgress(reached(now.counts), GUESTS, `${PACE.messagesPerMinute} a minute, ${now.status.toLowerCase()}`);
      return now.endedAt !== null && now;
    },
    { what: 'the broadcast to end', timeoutMs: TIMEOUT_MS, everyMs: LOOK_EVERY_MS },
  ).finally(endProgress);
  await step('broadcast.status COMPLETED announced', async () => {
    if (ended.status !== 'COMPLETED') throw new Error(`The broadcast ended ${ended.status}.`);
    await log.waitFor('broadcast.status', ({ data }) => data.broadcastId === draft.id && data.status === 'COMPLETED');
  });
  await step(`decrypted by ${GUESTS} phones: each its own text, once`, async () => {
    for (const { number, name } of guests) {
      await sandbox.waitForMessage(number, ({ from }) => from.phone === phone.phone);
      const { messages } = await sandbox.messages(number);
      const [got] = messages;
      if (messages.length !== 1 || got?.text !== textTo(name) || got.copies !== 1) {
        throw new Error(`+${number} got ${JSON.stringify(messages.map(({ text, copies }) => [text, copies]))}.`);
      }
    }
  });
  await step('every recipient DELIVERED by API', () =>
    waitFor(
      async () => {
        const all: BroadcastRecipient[] = [];
        for await (const one of allItems((query) => client.broadcasts.recipients(draft.id, query))) all.push(one);
        return all.length === GUESTS && all.every(({ status }) => status === 'DELIVERED');
      },
      { what: 'every recipient to be DELIVERED' },
    ),
  );
  const ms = performance.now() - startedAt;
  return { part: 'Broadcast', result: `${GUESTS} of ${GUESTS} phones got their own text, once`, ms };
}

/** Recipients whose message WhatsApp has accepted. */
function reached({ SENT = 0, DELIVERED = 0, READ = 0 }: Broadcast['counts']): number {
  return SENT + DELIVERED + READ;
}
