import type { Readable } from 'node:stream';
import { broadcastSchema, CodedError } from '@multiwa/contracts';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { withSpooled } from '../../csv/spool.js';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import { limits } from '../../limits.js';
import type { Broadcasts } from '../../use-cases/broadcasts.js';
import { type App, broadcastParams } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'Upload the recipients of a draft',
  description: `A CSV in UTF-8 replaces the audience. Its first line names the columns: \`to\`, optionally \`name\`, and your own variables. A mistake in any line refuses the whole file, naming the lines. At most ${limits.csvRows} recipients.`,
  params: broadcastParams,
  csvBody: 'to,name,city\n+62 812-3456-7890,Budi,Bandung\n',
  answers: { 200: broadcastSchema },
  problems: ['broadcast_not_found', 'state_conflict', 'csv_invalid', 'payload_too_large', 'unsupported_media_type'],
});

/** In a scope of its own: only here a body may be CSV, and nothing else. */
export function uploadRecipientsRoute(app: App, broadcasts: Broadcasts): void {
  app.register(async (instance) => {
    const scope = instance.withTypeProvider<ZodTypeProvider>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('text/csv', (_request, body, done) => done(null, body));
    scope.put(
      '/broadcasts/:broadcastId/recipients',
      { schema, config: { scope: 'broadcasts:write' } },
      async (request) => {
        const [caller, id] = [callerOf(request), request.params.broadcastId];
        const body = request.body as Readable | undefined;
        if (!body) throw new CodedError('unsupported_media_type', { detail: 'Send the file as text/csv.' });
        await broadcasts.requireDraft(caller, id);
        return withSpooled(body, limits.csvBytes, (path) => broadcasts.replaceRecipients(caller, id, path));
      },
    );
  });
}
