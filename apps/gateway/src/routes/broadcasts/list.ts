import { broadcastSchema, broadcastStatusSchema, idSchema, pageOf } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Broadcasts } from '../../use-cases/broadcasts.js';
import { type App, pageQuery } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'List broadcasts',
  description: 'Newest first.',
  querystring: pageQuery.extend({ profileId: idSchema.optional(), status: broadcastStatusSchema.optional() }),
  answers: { 200: pageOf(broadcastSchema) },
  problems: ['cursor_invalid'],
});

export function listBroadcastsRoute(app: App, broadcasts: Broadcasts): void {
  app.get('/broadcasts', { schema, config: { scope: 'broadcasts:read' } }, (request) =>
    broadcasts.list(callerOf(request), request.query),
  );
}
