import { broadcastSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { BroadcastControl } from '../../use-cases/broadcast-control.js';
import { type App, broadcastParams } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'Resume a broadcast',
  description: 'It goes on where it was paused, at its pace.',
  params: broadcastParams,
  answers: { 200: broadcastSchema },
  problems: ['broadcast_not_found', 'state_conflict'],
});

export function resumeBroadcastRoute(app: App, control: BroadcastControl): void {
  app.post('/broadcasts/:broadcastId/resume', { schema, config: { scope: 'broadcasts:write' } }, (request) =>
    control.resume(callerOf(request), request.params.broadcastId),
  );
}
