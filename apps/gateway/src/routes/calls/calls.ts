import { callSchema, pageOf } from '@multiwa/contracts';
import { describe, noContent } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Calls } from '../../use-cases/calls.js';
import { type App, pageQuery, profileChild, profileParams } from '../route-types.js';

const listSchema = describe({
  tag: 'Calls',
  summary: 'List calls',
  description: 'Those that came in, newest first.',
  params: profileParams,
  querystring: pageQuery,
  answers: { 200: pageOf(callSchema) },
  problems: ['profile_not_found', 'cursor_invalid'],
});
const getSchema = describe({
  tag: 'Calls',
  summary: 'Get a call',
  params: profileChild('callId'),
  answers: { 200: callSchema },
  problems: ['profile_not_found', 'call_not_found'],
});
const rejectSchema = describe({
  tag: 'Calls',
  summary: 'Reject a call that rings',
  description: 'See settings.calls of the profile for calls that are to be rejected by themselves, with a message.',
  params: profileChild('callId'),
  answers: { 204: noContent },
  problems: ['profile_not_found', 'call_not_found', 'state_conflict', 'profile_not_connected', 'ask_timeout'],
});

export function callRoutes(app: App, calls: Calls): void {
  const read = { scope: 'messages:read' } as const;
  app.get('/profiles/:profileId/calls', { schema: listSchema, config: read }, (request) =>
    calls.list(scopeOf(request), request.query),
  );
  app.get('/profiles/:profileId/calls/:callId', { schema: getSchema, config: read }, (request) =>
    calls.get(scopeOf(request), request.params.callId),
  );
  const config = { scope: 'messages:write' } as const;
  app.post('/profiles/:profileId/calls/:callId/reject', { schema: rejectSchema, config }, async (request, reply) => {
    await calls.reject(scopeOf(request), request.params.callId);
    return reply.code(204).send();
  });
}
