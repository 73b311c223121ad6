import type { Bus } from '@multiwa/bus';
import { type checkedNumbersSchema, type Identity, identitySchema, timing } from '@multiwa/contracts';
import type { LookupsRepository, ProfileScope } from '@multiwa/db';
import { chatOfPhone, dialledPhone, parseRecipient, phoneForms, userOfChat } from '@multiwa/domain';
import type { z } from 'zod';
import { validationFailed } from '../validation-failed.js';
import type { KnownProfiles } from './known-profile.js';
import type { LookupBudget } from './lookup-budget.js';

export interface NumbersDeps {
  lookups: LookupsRepository;
  budget: LookupBudget;
  knownProfiles: KnownProfiles;
  bus: Pick<Bus, 'ask'>;
  now(): Date;
}

interface Known {
  identity: Identity;
  askedAt: Date;
}

/** Which numbers are on WhatsApp: from memory where it was asked lately, else asked within the profile's budget. */
export function makeNumbers({ lookups, budget, knownProfiles, bus, now }: NumbersDeps) {
  /** Asks each number by its likeliest form, and by the others those that are not there. Each round is kept. */
  async function ask(profileId: string, phones: readonly string[]): Promise<Map<string, Known>> {
    const found = new Map<string, Known>();
    let open = phones.map((phone) => ({ phone, forms: phoneForms(phone) as string[] }));
    while (open.length > 0) {
      const asked = open.map(({ forms: [form = ''] }) => form);
      const ask = () => bus.ask('numbers', profileId, { phones: asked });
      const { numbers } = await budget.spend(profileId, asked.length, ask);
      const answered = open.map((one, nth) => ({ ...one, identity: numbers[nth] ?? { phone: null, lid: null } }));
      const isOver = ({ identity, forms }: (typeof answered)[number]) => identity.phone !== null || forms.length === 1;
      for (const { phone, identity } of answered.filter(isOver)) found.set(phone, { identity, askedAt: now() });
      await lookups.keep(profileId, 'NUMBER', answered.filter(isOver).map(toKeep));
      open = answered.filter((one) => !isOver(one)).map(({ phone, forms }) => ({ phone, forms: forms.slice(1) }));
    }
    return found;
  }

  return {
    async check(scope: ProfileScope, inputs: readonly string[]): Promise<z.input<typeof checkedNumbersSchema>> {
      const { profileId } = scope;
      await knownProfiles.require(scope);
      const phones = readNumbers(inputs);
      const kept = await lookups.find(profileId, 'NUMBER', phones.map(dialledPhone));
      const unknown = new Map(
        phones.filter((phone) => !kept.has(dialledPhone(phone))).map((phone) => [dialledPhone(phone), phone]),
      );
      const asked = unknown.size > 0 ? await ask(profileId, [...unknown.values()]) : new Map<string, Known>();
      const answerOf = (phone: string): Known => {
        const row = kept.get(dialledPhone(phone));
        if (row) return { identity: identitySchema.parse(row.answer), askedAt: row.askedAt };
        const answer = asked.get(unknown.get(dialledPhone(phone)) ?? phone);
        if (!answer) throw new Error('a number was neither known nor asked');
        return answer;
      };
      const items = phones.map((phone, nth) => {
        const { identity, askedAt } = answerOf(phone);
        const chat = identity.phone === null ? null : chatOfPhone(identity.phone);
        return {
          input: inputs[nth] ?? phone,
          exists: identity.phone !== null,
          ...identity,
          chat,
          askedAt: askedAt.toISOString(),
        };
      });
      return { items, budget: await budget.left(profileId) };
    },

    /** The form by which WhatsApp was said to know a number; null when it was not asked lately, or is not there. */
    async knownForm({ profileId }: ProfileScope, phone: string): Promise<string | null> {
      const key = dialledPhone(phone);
      const row = (await lookups.find(profileId, 'NUMBER', [key])).get(key);
      return row ? identitySchema.parse(row.answer).phone : null;
    },
  };
}
export type Numbers = ReturnType<typeof makeNumbers>;

function toKeep({ phone, identity }: { phone: string; identity: Identity }) {
  const { numberMs, absentNumberMs } = timing.lookup;
  const ttlMs = identity.phone === null ? absentNumberMs : numberMs;
  return { key: dialledPhone(phone), answer: { ...identity }, ttlMs };
}

/** @throws CodedError `validation_failed`, which points at each that cannot be a number */
function readNumbers(inputs: readonly string[]): string[] {
  const errors: Parameters<typeof validationFailed>[0][number][] = [];
  const phones = inputs.map((input, nth) => {
    const recipient = parseRecipient(input);
    if (recipient.ok && recipient.kind === 'phone') return userOfChat(recipient.chat);
    const message = recipient.ok ? 'Only phone numbers can be checked.' : recipient.message;
    errors.push({ pointer: `#/numbers/${nth}`, code: 'recipient_invalid', message });
    return '';
  });
  if (errors.length > 0) throw validationFailed(errors);
  return phones;
}
