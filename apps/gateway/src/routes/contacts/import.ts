import { Readable } from 'node:stream';
import { CodedError } from '@multiwa/contracts';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { withSpooled } from '../../csv/spool.js';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import { limits } from '../../limits.js';
import type { ContactFiles } from '../../use-cases/contact-files.js';
import { type App, profileParams } from '../route-types.js';

const report = z.string().meta({
  example:
    '{"line":2,"outcome":"CREATED","contactId":"cmh3k2v1x0003qzrm9n3pq5rs"}\n{"line":3,"outcome":"FAILED","message":"No country has a phone number like this."}\n',
});

const schema = describe({
  tag: 'Contacts',
  summary: 'Import contacts',
  description: `A CSV in UTF-8 whose first line names the columns: \`phone\` or \`lid\`, and any of name, email, tags (with ";" between them) and \`metadata.<key>\`. People are found by their number in any form; cells that are empty change nothing, tags and metadata are added. The answer has one line of JSON for each line, written as they are done: CREATED, UPDATED, or FAILED with the reason, which stops nothing. At most ${limits.csvRows} contacts.`,
  params: profileParams,
  csvBody: 'phone,name,tags,metadata.city\n+62 812-3456-7890,Budi,vip;shop,Bandung\n',
  answers: { 200: { description: 'One report a line.', content: { 'application/x-ndjson': { schema: report } } } },
  problems: ['profile_not_found', 'csv_invalid', 'payload_too_large', 'unsupported_media_type'],
});

/** In a scope of its own: only here a body may be CSV, and nothing else. */
export function importContactsRoute(app: App, files: ContactFiles): void {
  app.register(async (instance) => {
    const scope = instance.withTypeProvider<ZodTypeProvider>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('text/csv', (_request, body, done) => done(null, body));
    const config = { scope: 'contacts:write' } as const;
    scope.post('/profiles/:profileId/contacts/import', { schema, config }, async (request, reply) => {
      const body = request.body as Readable | undefined;
      if (!body) throw new CodedError('unsupported_media_type', { detail: 'Send the file as text/csv.' });
      const profile = scopeOf(request);
      await files.requireProfile(profile);
      await withSpooled(body, limits.csvBytes, async (path) => {
        const reports = files.import(profile, path);
        // A header that cannot be read is still a problem; after the first report the answer is on its way.
        const first = await reports.next();
        reply.type('application/x-ndjson');
        const lines = Readable.from(ndjson(first, reports));
        const sent = new Promise<void>((resolve) => lines.once('close', resolve));
        void reply.send(lines as never);
        await sent;
      });
      return reply;
    });
  });
}

async function* ndjson(first: IteratorResult<object>, rest: AsyncGenerator<object>): AsyncGenerator<string> {
  if (!first.done) yield `${JSON.stringify(first.value)}\n`;
  for await (const each of rest) yield `${JSON.stringify(each)}\n`;
}
