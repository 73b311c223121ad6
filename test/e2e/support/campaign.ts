import { expect } from 'vitest';
import { allItems, type BroadcastRecipient, type MultiwaClient } from '../../../packages/sdk/dist/index.js';
import { type LinkedProfile, type Product, waitFor } from '../../../packages/testkit/dist/index.js';

/** A running broadcast to virtual phones, and what they got. */
export interface Campaign {
  broadcastId: string;
  /** Messages at the phones, each counted once by its WhatsApp id. */
  arrived(): Promise<number>;
  /** The same, each counted as often as it came: more only when a killed engine had sent what it had not yet noted. */
  copies(): Promise<number>;
  /** Resolves when the broadcast is COMPLETED and has reached everyone: each phone its own text, once. */
  expectOnceEach(): Promise<void>;
}

/** The fastest that may be asked for: the test is over sooner. */
const MESSAGES_PER_MINUTE = 1_200;
const SETTLE_TIMEOUT_MS = 90_000;
const SETTLE_EVERY_MS = 250;
const sentOrFurther = new Set(['SENT', 'DELIVERED', 'READ']);

/** Starts a broadcast to `count` new phones. Each text names its recipient. Phones read what they get. */
export async function startCampaign(
  client: MultiwaClient,
  { sandbox }: Product,
  { profile, phone: own }: LinkedProfile,
  count: number,
): Promise<Campaign> {
  const phones = await sandbox.createPhones({ count, prefix: '62815' });
  const numbers = new Set(phones.map(({ phone }) => phone));
  const recipients = phones.map(({ phone }) => ({ to: `+${phone}`, variables: { seat: `row ${phone.slice(-4)}` } }));
  const draft = await client.broadcasts.create({
    profileId: profile.id,
    name: 'To everyone',
    content: { type: 'TEXT', text: 'Your seat: {{seat}}' },
    audience: { kind: 'recipients', recipients },
    pace: { messagesPerMinute: MESSAGES_PER_MINUTE, jitterPercent: 0, dailyCap: 100_000 },
  });
  await client.broadcasts.start(draft.id);

  const recipientsOf = async () => {
    const all: BroadcastRecipient[] = [];
    for await (const recipient of allItems((query) => client.broadcasts.recipients(draft.id, query)))
      all.push(recipient);
    return all;
  };
  return {
    broadcastId: draft.id,
    async arrived() {
      const all = await sandbox.phones();
      return all.reduce((sum, { phone, received }) => sum + (numbers.has(phone) ? received : 0), 0);
    },
    async copies() {
      const lists = await Promise.all(phones.map(({ phone }) => sandbox.messages(phone)));
      return lists.flatMap(({ messages }) => messages).reduce((sum, { copies }) => sum + copies, 0);
    },
    async expectOnceEach() {
      await waitFor(async () => (await client.broadcasts.get(draft.id)).status === 'COMPLETED', {
        what: 'the broadcast to be completed',
        timeoutMs: SETTLE_TIMEOUT_MS,
        everyMs: SETTLE_EVERY_MS,
      });
      for (const { phone } of phones) {
        const got = await sandbox.waitForMessage(phone, ({ from }) => from.phone === own.phone, SETTLE_TIMEOUT_MS);
        expect(got.text).toBe(`Your seat: row ${phone.slice(-4)}`);
        await sandbox.read(phone);
      }
      const final = await waitFor(
        async () => {
          const all = await recipientsOf();
          return all.every(({ status }) => status === 'READ') && all;
        },
        { what: 'everyone to have read it', timeoutMs: SETTLE_TIMEOUT_MS, everyMs: SETTLE_EVERY_MS },
      ).catch(recipientsOf);
      expect(final.filter(({ status }) => !sentOrFurther.has(status))).toEqual([]);
      expect(new Set(final.map(({ messageId }) => messageId)).size).toBe(count);
      // Last, so that nothing of what was going on can come afterwards. A phone lists a WhatsApp id once, as the real client does.
      const lists = await Promise.all(phones.map(({ phone }) => sandbox.messages(phone)));
      expect(lists.map(({ messages }) => messages.length)).toEqual(phones.map(() => 1));
      const { counts } = await client.broadcasts.get(draft.id);
      expect(Object.values(counts).reduce((sum, each) => sum + each, 0)).toBe(count);
    },
  };
}
