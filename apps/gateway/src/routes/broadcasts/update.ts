import { broadcastSchema, updateBroadcastSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Broadcasts } from '../../use-cases/broadcasts.js';
import { type App, broadcastParams } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'Change a draft',
  description: 'Only the given fields change, each as a whole. Only a DRAFT can be changed.',
  params: broadcastParams,
  body: updateBroadcastSchema,
  answers: { 200: broadcastSchema },
  problems: ['broadcast_not_found', 'state_conflict', 'template_invalid'],
});

export function updateBroadcastRoute(app: App, broadcasts: Broadcasts): void {
  app.patch('/broadcasts/:broadcastId', { schema, config: { scope: 'broadcasts:write' } }, (request) =>
    broadcasts.update(callerOf(request), request.params.broadcastId, request.body),
  );
}
