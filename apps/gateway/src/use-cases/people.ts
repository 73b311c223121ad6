import type { Bus } from '@multiwa/bus';
import {
  aboutSchema,
  type blocklistSchema,
  businessSchema,
  CodedError,
  type contactAboutSchema,
  type contactBusinessSchema,
  type contactPictureSchema,
  pictureSchema,
  timing,
} from '@multiwa/contracts';
import type { ContactsRepository, LookupKind, LookupsRepository, ProfileScope } from '@multiwa/db';
import { chatOfPhone } from '@multiwa/domain';
import type { z } from 'zod';
import type { KnownProfiles } from './known-profile.js';
import type { LookupBudget } from './lookup-budget.js';

export interface PeopleDeps {
  contacts: Pick<ContactsRepository, 'find'>;
  lookups: Pick<LookupsRepository, 'find' | 'keep'>;
  budget: LookupBudget;
  knownProfiles: KnownProfiles;
  bus: Pick<Bus, 'ask'>;
  now(): Date;
}

/** What WhatsApp tells of a contact, and whether they may write: asked of the session's owner, within the budget. */
export function makePeople({ contacts, lookups, budget, knownProfiles, bus, now }: PeopleDeps) {
  async function chatOfContact(scope: ProfileScope, contactId: string): Promise<string> {
    await knownProfiles.require(scope);
    const contact = await contacts.find(scope, contactId);
    if (!contact) throw new CodedError('contact_not_found');
    const { phone, lid } = contact;
    return phone === null ? `${lid}@lid` : chatOfPhone(phone);
  }

  /** From memory, or else asked. */
  async function detail<T extends object>(
    scope: ProfileScope,
    contactId: string,
    kind: Exclude<LookupKind, 'NUMBER'>,
    schema: z.ZodType<T>,
    ask: (question: { chat: string }) => Promise<T>,
  ): Promise<T & { askedAt: string }> {
    const chat = await chatOfContact(scope, contactId);
    const { profileId } = scope;
    const kept = (await lookups.find(profileId, kind, [chat])).get(chat);
    if (kept) return { ...schema.parse(kept.answer), askedAt: kept.askedAt.toISOString() };
    const answer = await budget.spend(profileId, 1, () => ask({ chat }));
    await lookups.keep(profileId, kind, [{ key: chat, answer: { ...answer }, ttlMs: timing.lookup.detailMs }]);
    return { ...answer, askedAt: now().toISOString() };
  }

  return {
    about: (scope: ProfileScope, contactId: string): Promise<z.input<typeof contactAboutSchema>> =>
      detail(scope, contactId, 'ABOUT', aboutSchema, (question) => bus.ask('about', scope.profileId, question)),

    picture: (scope: ProfileScope, contactId: string): Promise<z.input<typeof contactPictureSchema>> =>
      detail(scope, contactId, 'PICTURE', pictureSchema, (question) => bus.ask('picture', scope.profileId, question)),

    business: (scope: ProfileScope, contactId: string): Promise<z.input<typeof contactBusinessSchema>> =>
      detail(scope, contactId, 'BUSINESS', businessSchema, (question) =>
        bus.ask('business', scope.profileId, question),
      ),

    async block(scope: ProfileScope, contactId: string, blocked: boolean): Promise<void> {
      const chat = await chatOfContact(scope, contactId);
      await bus.ask('block', scope.profileId, { chat, blocked });
    },

    async blocklist(scope: ProfileScope): Promise<z.input<typeof blocklistSchema>> {
      await knownProfiles.require(scope);
      const { people } = await bus.ask('blocklist', scope.profileId, {});
      return { items: people };
    },
  };
}
export type People = ReturnType<typeof makePeople>;
