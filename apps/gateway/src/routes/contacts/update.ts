import { contactSchema, updateContactSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Contacts } from '../../use-cases/contacts.js';
import { type App, profileChild } from '../route-types.js';

const schema = describe({
  tag: 'Contacts',
  summary: 'Change a contact',
  description: 'Only the given fields change; null clears one; tags and metadata are replaced as a whole.',
  params: profileChild('contactId'),
  body: updateContactSchema,
  answers: { 200: contactSchema },
  problems: ['profile_not_found', 'contact_not_found'],
});

export function updateContactRoute(app: App, contacts: Contacts): void {
  app.patch('/profiles/:profileId/contacts/:contactId', { schema, config: { scope: 'contacts:write' } }, (request) =>
    contacts.update(scopeOf(request), request.params.contactId, request.body),
  );
}
