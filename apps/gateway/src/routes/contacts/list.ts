import { contactSchema, pageOf } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Contacts } from '../../use-cases/contacts.js';
import { type App, pageQuery, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Contacts',
  summary: 'List contacts',
  description: 'The people this profile has met, newest first.',
  params: profileParams,
  querystring: pageQuery.extend({
    phone: z
      .string()
      .regex(/^\d{5,20}$/, 'must be digits without "+"')
      .optional(),
    lid: z
      .string()
      .regex(/^\d{5,20}$/, 'must be digits without "@lid"')
      .optional(),
    search: z
      .string()
      .trim()
      .min(2)
      .max(100)
      .optional()
      .describe('A part of the name, of the name they give themselves, of the email address or the number.'),
    tag: z.string().min(1).max(64).optional().describe('Only contacts with this tag.'),
  }),
  answers: { 200: pageOf(contactSchema) },
  problems: ['profile_not_found', 'cursor_invalid'],
});

export function listContactsRoute(app: App, contacts: Contacts): void {
  app.get('/profiles/:profileId/contacts', { schema, config: { scope: 'contacts:read' } }, (request) =>
    contacts.list(scopeOf(request), request.query),
  );
}
