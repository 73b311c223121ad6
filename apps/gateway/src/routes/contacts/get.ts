import { contactSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Contacts } from '../../use-cases/contacts.js';
import { type App, profileChild } from '../route-types.js';

const schema = describe({
  tag: 'Contacts',
  summary: 'Get a contact',
  params: profileChild('contactId'),
  answers: { 200: contactSchema },
  problems: ['profile_not_found', 'contact_not_found'],
});

export function getContactRoute(app: App, contacts: Contacts): void {
  app.get('/profiles/:profileId/contacts/:contactId', { schema, config: { scope: 'contacts:read' } }, (request) =>
    contacts.get(scopeOf(request), request.params.contactId),
  );
}
