import { allItems, type CreateAutomation } from '@multiwa/sdk';
import type { EventLog } from '../event-log.js';
import type { Conversation } from './conversation.js';
import { step } from './step.js';
import type { Target } from './target.js';
import { type SummaryRow, title } from './terminal.js';

const QUESTION = 'Tea or coffee?';
const tagOf = { tea: 'likes-tea', coffee: 'likes-coffee' } as const;
type Answer = keyof typeof tagOf;

const flow: CreateAutomation['flow'] = {
  trigger: { kind: 'message_matches', match: { how: 'contains', value: 'menu' } },
  start: 'ask',
  nodes: [
    { id: 'ask', kind: 'ask', text: QUESTION, saveAs: 'drink', timeoutSeconds: 3_600 },
    { id: 'which', kind: 'condition', subject: 'variable', name: 'drink', match: { how: 'contains', value: 'tea' } },
    { id: 'tea', kind: 'tag', add: [tagOf.tea] },
    { id: 'coffee', kind: 'tag', add: [tagOf.coffee] },
    { id: 'thank', kind: 'send_text', text: 'One {{vars.drink}}, coming.' },
    { id: 'end', kind: 'end' },
  ],
  edges: [
    { from: 'ask', way: 'answered', to: 'which' },
    { from: 'ask', way: 'timeout', to: 'end' },
    { from: 'which', way: 'yes', to: 'tea' },
    { from: 'which', way: 'no', to: 'coffee' },
    { from: 'tea', way: 'next', to: 'thank' },
    { from: 'coffee', way: 'next', to: 'thank' },
    { from: 'thank', way: 'next', to: 'end' },
  ],
};

/** A flow that asks two guests a question and tags each by the answer. */
export async function automation(
  { client, sandbox }: Target,
  log: EventLog,
  { profile, phone, friend }: Conversation,
): Promise<SummaryRow> {
  title('An automation that asks, and tags by the answer');
  const startedAt = performance.now();
  const { id } = await step('a flow published and enabled', async () => {
    const draft = await client.automations.create({ name: 'Drinks', profileId: profile.id, flow });
    await client.automations.publish(draft.id);
    return client.automations.enable(draft.id);
  });
  const guest = await sandbox.createPhone({ name: 'Guest' });

  const walk = async (number: string, answer: Answer) => {
    await step(`+${number} writes “menu”, and is asked “${QUESTION}”`, async () => {
      await sandbox.send(number, { to: phone.phone, text: 'The menu, please' });
      await sandbox.waitForMessage(number, ({ text }) => text === QUESTION);
    });
    await step(`answers “${answer}”, and gets “One ${answer}, coming.”`, async () => {
      await sandbox.send(number, { to: phone.phone, text: answer });
      await sandbox.waitForMessage(number, ({ text }) => text === `One ${answer}, coming.`);
    });
    await step('automation.run.ended: COMPLETED; its steps by API', async () => {
      const { data } = await log.waitFor(
        'automation.run.ended',
        (event) => event.data.automationId === id && event.data.chat.startsWith(`${number}@`),
      );
      const run = await client.automations.run(id, data.runId);
      const kinds = run.steps.map(({ kind }) => kind).join(', ');
      if (run.status !== 'COMPLETED' || kinds !== 'ask, condition, tag, send_text, end') {
        throw new Error(`The run is ${run.status} after ${kinds}.`);
      }
    });
    await step(`the contact is tagged ${tagOf[answer]}`, async () => {
      for await (const contact of allItems((query) => client.contacts.list(profile.id, query))) {
        if (contact.phone === number && contact.tags.includes(tagOf[answer])) return;
      }
      throw new Error('The API shows no such tag.');
    });
  };
  await walk(friend.phone, 'tea');
  await walk(guest.phone, 'coffee');
  await client.automations.delete(id);
  const ms = performance.now() - startedAt;
  return { part: 'Automation', result: `2 guests asked, tagged ${tagOf.tea} and ${tagOf.coffee}`, ms };
}
