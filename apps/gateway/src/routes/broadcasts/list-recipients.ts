import { broadcastRecipientSchema, pageOf, recipientStatusSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Broadcasts } from '../../use-cases/broadcasts.js';
import { type App, broadcastParams, pageQuery } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'List the recipients of a broadcast',
  description: 'In their order. Whoever is left out has status INVALID, OPTED_OUT or DUPLICATE, with the reason.',
  params: broadcastParams,
  querystring: pageQuery.extend({ status: recipientStatusSchema.optional() }),
  answers: { 200: pageOf(broadcastRecipientSchema) },
  problems: ['broadcast_not_found', 'cursor_invalid'],
});

export function listRecipientsRoute(app: App, broadcasts: Broadcasts): void {
  app.get('/broadcasts/:broadcastId/recipients', { schema, config: { scope: 'broadcasts:read' } }, (request) =>
    broadcasts.listRecipients(callerOf(request), request.params.broadcastId, request.query),
  );
}
