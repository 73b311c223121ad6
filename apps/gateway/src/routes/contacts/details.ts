import { contactAboutSchema, contactBusinessSchema, contactPictureSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { People } from '../../use-cases/people.js';
import { type App, profileChild } from '../route-types.js';

const common = {
  tag: 'Contacts',
  params: profileChild('contactId'),
  problems: [
    'profile_not_found',
    'contact_not_found',
    'profile_not_connected',
    'not_supported_by_engine',
    'lookup_budget_used',
    'whatsapp_rate_limited',
    'refused_by_whatsapp',
    'ask_timeout',
  ],
} as const;
const remembered = 'Remembered for some hours; asking WhatsApp counts against the day’s budget of the profile.';

const about = describe({
  ...common,
  summary: 'Get what a contact says about themselves',
  description: remembered,
  answers: { 200: contactAboutSchema },
});
const picture = describe({
  ...common,
  summary: 'Get the picture of a contact',
  description: remembered,
  answers: { 200: contactPictureSchema },
});
const business = describe({
  ...common,
  summary: 'Get the business profile of a contact',
  description: remembered,
  answers: { 200: contactBusinessSchema },
});

/** What WhatsApp tells of a contact. */
export function contactDetailRoutes(app: App, people: People): void {
  const config = { scope: 'contacts:read' } as const;
  const path = '/profiles/:profileId/contacts/:contactId';
  app.get(`${path}/about`, { schema: about, config }, (request) =>
    people.about(scopeOf(request), request.params.contactId),
  );
  app.get(`${path}/picture`, { schema: picture, config }, (request) =>
    people.picture(scopeOf(request), request.params.contactId),
  );
  app.get(`${path}/business`, { schema: business, config }, (request) =>
    people.business(scopeOf(request), request.params.contactId),
  );
}
