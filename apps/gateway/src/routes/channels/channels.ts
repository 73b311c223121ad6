import {
  channelIdSchema,
  channelPostPageSchema,
  channelSchema,
  channelsSchema,
  createChannelSchema,
  type ErrorCode,
  findChannelSchema,
  messageSchema,
  postToChannelSchema,
} from '@multiwa/contracts';
import { describe, noContent } from '../../http/describe.js';
import { idempotencyOf, replayedHeader } from '../../http/idempotency.js';
import { scopeOf } from '../../http/request-context.js';
import type { ChannelsUseCases } from '../../use-cases/channels.js';
import { type App, pageQuery, profileParams } from '../route-types.js';

const channelParams = profileParams.extend({ channelId: channelIdSchema });
const askProblems: readonly ErrorCode[] = [
  'profile_not_found',
  'profile_not_connected',
  'not_supported_by_engine',
  'whatsapp_rate_limited',
  'refused_by_whatsapp',
  'ask_timeout',
];
const channelProblems: readonly ErrorCode[] = [...askProblems, 'channel_not_found'];

const listing = describe({
  tag: 'Channels',
  summary: 'List channels',
  description: 'Those that the number follows or owns, as WhatsApp says now.',
  params: profileParams,
  answers: { 200: channelsSchema },
  problems: askProblems,
});
const creating = describe({
  tag: 'Channels',
  summary: 'Create a channel',
  params: profileParams,
  body: createChannelSchema,
  answers: { 201: channelSchema },
  problems: askProblems,
  idempotent: true,
});
const finding = describe({
  tag: 'Channels',
  summary: 'Find a channel by its invite link',
  params: profileParams,
  body: findChannelSchema,
  answers: { 200: channelSchema },
  problems: channelProblems,
});
const getting = describe({
  tag: 'Channels',
  summary: 'Get a channel',
  description: 'As WhatsApp says now, with what the number is to it.',
  params: channelParams,
  answers: { 200: channelSchema },
  problems: channelProblems,
});
const following = describe({
  tag: 'Channels',
  summary: 'Follow a channel',
  description: 'From now on new posts are announced as channel.post.received.',
  params: channelParams,
  answers: { 204: noContent },
  problems: channelProblems,
});
const unfollowing = describe({
  tag: 'Channels',
  summary: 'Follow a channel no longer',
  params: channelParams,
  answers: { 204: noContent },
  problems: [...channelProblems, 'channel_admin_required'],
});
const reading = describe({
  tag: 'Channels',
  summary: 'Read the posts of a channel',
  description:
    'Newest first, with how often each was seen and what readers thought of it; also of one that is not followed.',
  params: channelParams,
  querystring: pageQuery,
  answers: { 200: channelPostPageSchema },
  problems: [...channelProblems, 'cursor_invalid'],
});
const posting = describe({
  tag: 'Channels',
  summary: 'Post to a channel',
  description:
    '202 means that the post is kept: it ends SENT, announced as channel.post.sent, or FAILED with a reason. Only admins and owners post; while the session is away that is found out when it is back, and the post then ends FAILED with channel_admin_required. GET …/messages/{id} says how far it has come.',
  params: channelParams,
  body: postToChannelSchema,
  answers: { 202: messageSchema },
  problems: [
    'profile_not_found',
    'not_supported_by_engine',
    'channel_not_found',
    'channel_admin_required',
    'refused_by_whatsapp',
    'media_not_found',
    'media_not_ready',
    'media_type_mismatch',
    'media_too_large',
    'media_fetch_failed',
    'url_not_allowed',
    'queue_full',
  ],
  idempotent: true,
});

export function channelRoutes(app: App, channels: ChannelsUseCases): void {
  const reads = { config: { scope: 'messages:read' } } as const;
  const writes = { config: { scope: 'messages:write' } } as const;
  const creates = { config: { scope: 'messages:write', idempotent: 'plain' } } as const;
  const base = '/profiles/:profileId/channels';
  const one = `${base}/:channelId` as const;

  app.get(base, { schema: listing, ...reads }, (request) => channels.list(scopeOf(request)));
  app.post(base, { schema: creating, ...creates }, async (request, reply) =>
    reply.code(201).send(await channels.create(scopeOf(request), request.body)),
  );
  app.post(`${base}/find`, { schema: finding, ...reads }, (request) =>
    channels.find(scopeOf(request), request.body.invite),
  );
  app.get(one, { schema: getting, ...reads }, (request) => channels.get(scopeOf(request), request.params.channelId));
  app.put(`${one}/follow`, { schema: following, ...writes }, async (request, reply) => {
    await channels.follow(scopeOf(request), request.params.channelId, true);
    return reply.code(204).send();
  });
  app.delete(`${one}/follow`, { schema: unfollowing, ...writes }, async (request, reply) => {
    await channels.follow(scopeOf(request), request.params.channelId, false);
    return reply.code(204).send();
  });
  app.get(`${one}/posts`, { schema: reading, ...reads }, (request) =>
    channels.posts(scopeOf(request), request.params.channelId, request.query),
  );
  app.post(`${one}/posts`, { schema: posting, ...writes }, async (request, reply) => {
    const { channelId } = request.params;
    const { message, replayed } = await channels.post(
      scopeOf(request),
      channelId,
      request.body,
      idempotencyOf(request),
    );
    if (replayed) reply.header(replayedHeader, 'true');
    return reply.code(202).send(message);
  });
}
