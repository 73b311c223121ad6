import {
  listStatusQuerySchema,
  messageSchema,
  pageOf,
  postStatusSchema,
  reactToStatusSchema,
  statusDetailSchema,
  statusSchema,
} from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { idempotencyOf, replayedHeader } from '../../http/idempotency.js';
import { scopeOf } from '../../http/request-context.js';
import type { Statuses } from '../../use-cases/statuses.js';
import { type App, profileChild, profileParams } from '../route-types.js';

const statusParams = profileChild('statusId');

const posting = describe({
  tag: 'Status',
  summary: 'Post a status',
  description:
    '202 means that the status is kept: it ends SENT, announced as status.sent, or FAILED with a reason. It goes to its audience alone, and to the number’s own devices; who has seen it is announced as status.viewed and listed with it. Clients show it for a day.',
  params: profileParams,
  body: postStatusSchema,
  answers: { 202: statusSchema },
  problems: [
    'profile_not_found',
    'recipient_invalid',
    'recipient_opted_out',
    'status_audience_empty',
    'not_supported_by_engine',
    'media_not_found',
    'media_not_ready',
    'media_type_mismatch',
    'media_too_large',
    'media_fetch_failed',
    'media_not_convertible',
    'url_not_allowed',
    'queue_full',
  ],
  idempotent: true,
});

const listing = describe({
  tag: 'Status',
  summary: 'List statuses',
  description:
    'Those of the last day, newest first: the profile’s own, and where its settings say receiveStatuses those of others. They are in no conversation.',
  params: profileParams,
  querystring: z.strictObject(listStatusQuerySchema.shape),
  answers: { 200: pageOf(statusSchema) },
  problems: ['profile_not_found', 'cursor_invalid', 'recipient_invalid'],
});

const getting = describe({
  tag: 'Status',
  summary: 'Get a status',
  description: 'With everybody who has it, where it is the profile’s own, and with the reactions to it.',
  params: statusParams,
  answers: { 200: statusDetailSchema },
  problems: ['profile_not_found', 'status_not_found'],
});

const seeing = describe({
  tag: 'Status',
  summary: 'Mark a status as seen',
  description:
    'One of somebody else. Its author is told once the profile is connected, as far as the privacy settings of the number allow it; should WhatsApp not take it, status.seen.failed says so.',
  params: statusParams,
  answers: { 200: statusSchema },
  problems: ['profile_not_found', 'status_not_found', 'state_conflict'],
});

const reacting = describe({
  tag: 'Status',
  summary: 'React to a status',
  description:
    'To one of somebody else, who alone gets it. It is a send of its own, with a status of its own: once WhatsApp has it, it is announced as status.reaction and stands with the status. Who has opted out gets none unless ignoreOptOut says so.',
  params: statusParams,
  body: reactToStatusSchema,
  answers: { 202: messageSchema },
  problems: ['profile_not_found', 'status_not_found', 'state_conflict', 'recipient_opted_out', 'queue_full'],
  idempotent: true,
});

const removing = describe({
  tag: 'Status',
  summary: 'Take a status back',
  description:
    'One that waits is cancelled. Of one that was posted everybody who has it is told; announced as status.deleted once WhatsApp knows.',
  params: statusParams,
  answers: { 202: statusSchema },
  problems: ['profile_not_found', 'status_not_found', 'message_not_deletable', 'queue_full'],
});

export function statusRoutes(app: App, statuses: Statuses): void {
  const reads = { config: { scope: 'messages:read' } } as const;
  const writes = { config: { scope: 'messages:write' } } as const;
  app.post('/profiles/:profileId/status', { schema: posting, ...writes }, async (request, reply) => {
    const { status, replayed } = await statuses.post(scopeOf(request), request.body, idempotencyOf(request));
    if (replayed) reply.header(replayedHeader, 'true');
    return reply.code(202).send(status);
  });
  app.get('/profiles/:profileId/status', { schema: listing, ...reads }, (request) =>
    statuses.list(scopeOf(request), request.query),
  );
  app.get('/profiles/:profileId/status/:statusId', { schema: getting, ...reads }, (request) =>
    statuses.get(scopeOf(request), request.params.statusId),
  );
  app.post(
    '/profiles/:profileId/status/:statusId/reaction',
    { schema: reacting, ...writes },
    async (request, reply) => {
      const { statusId } = request.params;
      const asked = idempotencyOf(request);
      const { message, replayed } = await statuses.react(scopeOf(request), statusId, request.body, asked);
      if (replayed) reply.header(replayedHeader, 'true');
      return reply.code(202).send(message);
    },
  );
  app.post('/profiles/:profileId/status/:statusId/seen', { schema: seeing, ...writes }, (request) =>
    statuses.see(scopeOf(request), request.params.statusId),
  );
  app.delete('/profiles/:profileId/status/:statusId', { schema: removing, ...writes }, async (request, reply) =>
    reply.code(202).send(await statuses.remove(scopeOf(request), request.params.statusId)),
  );
}
