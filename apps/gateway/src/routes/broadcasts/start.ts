import { broadcastSchema, startBroadcastSchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { BroadcastControl } from '../../use-cases/broadcast-control.js';
import { type App, broadcastParams } from '../route-types.js';

const schema = describe({
  tag: 'Broadcasts',
  summary: 'Start or schedule a broadcast',
  description:
    'Checks the text against every recipient, then freezes the audience: one person gets one message, and whoever is invalid or has opted out is left out. With `at` this is tried out now and done at that time. If anything is refused, nothing starts.',
  params: broadcastParams,
  // Fastify gives null for no body, which means: now.
  body: z.preprocess((body) => body ?? {}, startBroadcastSchema),
  answers: { 200: broadcastSchema },
  problems: [
    'broadcast_not_found',
    'profile_not_found',
    'state_conflict',
    'schedule_past',
    'audience_empty',
    'variable_unknown',
    'template_invalid',
  ],
  idempotent: true,
});

export function startBroadcastRoute(app: App, control: BroadcastControl): void {
  const config = { scope: 'broadcasts:write', idempotent: 'plain' } as const;
  app.post('/broadcasts/:broadcastId/start', { schema, config }, (request) =>
    control.start(callerOf(request), request.params.broadcastId, request.body.at),
  );
}
