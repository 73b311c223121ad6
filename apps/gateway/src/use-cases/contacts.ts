import type { Bus } from '@multiwa/bus';
import { CodedError, subjects, type updateContactSchema } from '@multiwa/contracts';
import type { ContactFilter, ContactsRepository, ProfileScope } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import type { z } from 'zod';
import { viewContact } from '../views/views.js';
import type { KnownProfiles } from './known-profile.js';
import { type PageQuery, readPage } from './page.js';

export interface ContactsDeps {
  contacts: ContactsRepository;
  bus: Pick<Bus, 'nudge'>;
  knownProfiles: KnownProfiles;
}

export function makeContacts({ contacts, knownProfiles, bus }: ContactsDeps) {
  return {
    async list(scope: ProfileScope, { limit, cursor, ...filter }: PageQuery & ContactFilter) {
      await knownProfiles.require(scope);
      const read = (page: Parameters<ContactsRepository['list']>[1]) => contacts.list(scope, { ...page, ...filter });
      return readPage('contacts', { limit, cursor }, read, viewContact);
    },

    async get(scope: ProfileScope, id: string) {
      await knownProfiles.require(scope);
      return viewContact(found(await contacts.find(scope, id)));
    },

    async update(scope: ProfileScope, id: string, change: z.output<typeof updateContactSchema>) {
      await knownProfiles.require(scope);
      const tags = change.tags && [...new Set(change.tags)];
      const contact = found(await contacts.update(scope, id, { ...change, tags }, newId()));
      bus.nudge(subjects.nudge.outbox);
      return viewContact(contact);
    },
  };
}
export type Contacts = ReturnType<typeof makeContacts>;

function found<T>(contact: T | null): T {
  if (!contact) throw new CodedError('contact_not_found');
  return contact;
}
