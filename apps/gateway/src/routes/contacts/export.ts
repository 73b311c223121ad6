import { Readable } from 'node:stream';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { ContactFiles } from '../../use-cases/contact-files.js';
import { type App, profileParams } from '../route-types.js';

const csv = z.string().meta({
  example:
    'phone,lid,name,pushName,email,tags,metadata.city\n6281234567890,987654321098765,Budi,Budi S.,,vip;shop,Bandung\n',
});

const schema = describe({
  tag: 'Contacts',
  summary: 'Export all contacts',
  description:
    'A CSV in UTF-8 that an import takes back. Tags stand in one cell, with ";" between them; each key of metadata has a column of its own. What a spreadsheet would run as a formula begins with an apostrophe.',
  params: profileParams,
  answers: { 200: { description: 'All contacts, one a line.', content: { 'text/csv': { schema: csv } } } },
  problems: ['profile_not_found'],
});

export function exportContactsRoute(app: App, files: ContactFiles): void {
  const config = { scope: 'contacts:read' } as const;
  app.get('/profiles/:profileId/contacts/export', { schema, config }, async (request, reply) => {
    const rows = await files.export(scopeOf(request));
    reply.header('content-disposition', 'attachment; filename="contacts.csv"').type('text/csv; charset=utf-8');
    return reply.send(Readable.from(rows) as never);
  });
}
