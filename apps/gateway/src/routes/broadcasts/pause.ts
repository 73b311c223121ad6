import { broadcastSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { BroadcastControl } from '../../use-cases/broadcast-control.js';
import { type App, broadcastParams } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'Pause a broadcast',
  description:
    'Nothing more is sent: messages that were accepted but not sent are taken back. Only what a session has on the wire in this moment still goes out.',
  params: broadcastParams,
  answers: { 200: broadcastSchema },
  problems: ['broadcast_not_found', 'state_conflict'],
});

export function pauseBroadcastRoute(app: App, control: BroadcastControl): void {
  app.post('/broadcasts/:broadcastId/pause', { schema, config: { scope: 'broadcasts:write' } }, (request) =>
    control.pause(callerOf(request), request.params.broadcastId),
  );
}
