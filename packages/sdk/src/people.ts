import type { Request } from './request.js';
import type {
  Blocklist,
  CheckedNumbers,
  Contact,
  ContactAbout,
  ContactBusiness,
  ContactPicture,
  CreateOptOut,
  ImportReport,
  ListContacts,
  ListOptOuts,
  OptOut,
  OptOutChange,
  Page,
  UpdateContact,
} from './types.js';

/** Contacts of a profile, and what WhatsApp says of people. */
export function contactCalls(request: Request) {
  const profile = (id: string) => `/profiles/${encodeURIComponent(id)}`;
  const contact = (profileId: string, id: string) => `${profile(profileId)}/contacts/${encodeURIComponent(id)}`;
  return {
    list: (profileId: string, query: ListContacts = {}) =>
      request<Page<Contact>>('GET', `${profile(profileId)}/contacts`, { query }),
    get: (profileId: string, id: string) => request<Contact>('GET', contact(profileId, id)),
    update: (profileId: string, id: string, body: UpdateContact) =>
      request<Contact>('PATCH', contact(profileId, id), { body }),
    /** All contacts as a CSV that `import` takes back. */
    export: (profileId: string) => request<string>('GET', `${profile(profileId)}/contacts/export`, { file: true }),
    /** One report for each line of the CSV: a mistake in one stops none of the others. */
    import: async (profileId: string, csv: string): Promise<ImportReport[]> => {
      const text = await request<string>('POST', `${profile(profileId)}/contacts/import`, { csv, file: true });
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
    /** Which numbers are on WhatsApp; what has to be asked counts against the day's budget of the profile. */
    checkNumbers: (profileId: string, numbers: string[]) =>
      request<CheckedNumbers>('POST', `${profile(profileId)}/numbers/check`, { body: { numbers } }),
    about: (profileId: string, id: string) => request<ContactAbout>('GET', `${contact(profileId, id)}/about`),
    picture: (profileId: string, id: string) => request<ContactPicture>('GET', `${contact(profileId, id)}/picture`),
    business: (profileId: string, id: string) => request<ContactBusiness>('GET', `${contact(profileId, id)}/business`),
    block: (profileId: string, id: string) => request<void>('PUT', `${contact(profileId, id)}/block`),
    unblock: (profileId: string, id: string) => request<void>('DELETE', `${contact(profileId, id)}/block`),
    blocklist: (profileId: string) => request<Blocklist>('GET', `${profile(profileId)}/blocklist`),
  };
}

/** Who wants no messages of the workspace. */
export function optOutCalls(request: Request) {
  return {
    /** From now on nothing is sent to this person, unless a send says `ignoreOptOut`. */
    add: (body: CreateOptOut) => request<OptOut>('POST', '/opt-outs', { body }),
    list: (query: ListOptOuts = {}) => request<Page<OptOut>>('GET', '/opt-outs', { query }),
    history: (query: ListOptOuts = {}) => request<Page<OptOutChange>>('GET', '/opt-outs/history', { query }),
    remove: (id: string, reason?: string) =>
      request<void>('DELETE', `/opt-outs/${encodeURIComponent(id)}`, { query: { reason } }),
  };
}
