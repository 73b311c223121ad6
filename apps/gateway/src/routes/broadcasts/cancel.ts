import { broadcastSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { BroadcastControl } from '../../use-cases/broadcast-control.js';
import { type App, broadcastParams } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'Cancel a broadcast',
  description: 'Ends it: whoever was not sent to gets status CANCELLED. What is sent stays sent.',
  params: broadcastParams,
  answers: { 200: broadcastSchema },
  problems: ['broadcast_not_found', 'state_conflict'],
});

export function cancelBroadcastRoute(app: App, control: BroadcastControl): void {
  app.post('/broadcasts/:broadcastId/cancel', { schema, config: { scope: 'broadcasts:write' } }, (request) =>
    control.cancel(callerOf(request), request.params.broadcastId),
  );
}
