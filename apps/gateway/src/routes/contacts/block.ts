import { blocklistSchema } from '@multiwa/contracts';
import { describe, noContent } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { People } from '../../use-cases/people.js';
import { type App, profileChild, profileParams } from '../route-types.js';

const problems = [
  'profile_not_found',
  'profile_not_connected',
  'not_supported_by_engine',
  'whatsapp_rate_limited',
  'refused_by_whatsapp',
  'ask_timeout',
] as const;
const change = {
  tag: 'Contacts',
  params: profileChild('contactId'),
  answers: { 204: noContent },
  problems: [...problems, 'contact_not_found'],
} as const;

const block = describe({
  ...change,
  summary: 'Block a contact',
  description: 'What they write no longer arrives; they are not told.',
});
const unblock = describe({ ...change, summary: 'Unblock a contact' });
const list = describe({
  tag: 'Contacts',
  summary: 'List who is blocked',
  params: profileParams,
  answers: { 200: blocklistSchema },
  problems,
});

export function blockRoutes(app: App, people: People): void {
  const config = { scope: 'contacts:write' } as const;
  const path = '/profiles/:profileId/contacts/:contactId/block';
  app.put(path, { schema: block, config }, async (request, reply) => {
    await people.block(scopeOf(request), request.params.contactId, true);
    return reply.code(204).send();
  });
  app.delete(path, { schema: unblock, config }, async (request, reply) => {
    await people.block(scopeOf(request), request.params.contactId, false);
    return reply.code(204).send();
  });
  app.get('/profiles/:profileId/blocklist', { schema: list, config: { scope: 'contacts:read' } }, (request) =>
    people.blocklist(scopeOf(request)),
  );
}
