import { broadcastSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Broadcasts } from '../../use-cases/broadcasts.js';
import { type App, broadcastParams } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'Get a broadcast',
  description: 'With its progress: how many recipients have each status, and when the last one is due.',
  params: broadcastParams,
  answers: { 200: broadcastSchema },
  problems: ['broadcast_not_found'],
});

export function getBroadcastRoute(app: App, broadcasts: Broadcasts): void {
  app.get('/broadcasts/:broadcastId', { schema, config: { scope: 'broadcasts:read' } }, (request) =>
    broadcasts.get(callerOf(request), request.params.broadcastId),
  );
}
