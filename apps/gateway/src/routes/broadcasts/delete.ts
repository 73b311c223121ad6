import { describe, noContent } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Broadcasts } from '../../use-cases/broadcasts.js';
import { type App, broadcastParams } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'Delete a draft',
  description: 'Only a DRAFT can be deleted; cancel what is scheduled or runs.',
  params: broadcastParams,
  answers: { 204: noContent },
  problems: ['broadcast_not_found', 'state_conflict'],
});

export function deleteBroadcastRoute(app: App, broadcasts: Broadcasts): void {
  app.delete('/broadcasts/:broadcastId', { schema, config: { scope: 'broadcasts:write' } }, async (request, reply) => {
    await broadcasts.delete(callerOf(request), request.params.broadcastId);
    return reply.code(204).send();
  });
}
