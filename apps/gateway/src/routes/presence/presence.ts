import { followPresenceSchema, pageOf, presenceSubscriptionSchema, setPresenceSchema } from '@multiwa/contracts';
import { describe, noContent } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Presence } from '../../use-cases/presence.js';
import { type App, pageQuery, profileChild, profileParams } from '../route-types.js';

const showSchema = describe({
  tag: 'Presence',
  summary: 'Show that the number is online, typing or recording',
  description:
    'Nothing of it is kept. While a number is shown as online, its phone is silent; WhatsApp tells the presence of others only to numbers that are online.',
  params: profileParams,
  body: setPresenceSchema,
  answers: { 204: noContent },
  problems: ['profile_not_found', 'recipient_invalid', 'profile_not_connected', 'ask_timeout'],
});
const followSchema = describe({
  tag: 'Presence',
  summary: 'Follow the presence of a chat',
  description: 'From now on its changes are announced as presence.updated, also after reconnections.',
  params: profileParams,
  body: followPresenceSchema,
  answers: { 201: presenceSubscriptionSchema },
  problems: ['profile_not_found', 'recipient_invalid', 'state_conflict'],
});
const listSchema = describe({
  tag: 'Presence',
  summary: 'List the chats whose presence is followed',
  params: profileParams,
  querystring: pageQuery,
  answers: { 200: pageOf(presenceSubscriptionSchema) },
  problems: ['profile_not_found', 'cursor_invalid'],
});
const unfollowSchema = describe({
  tag: 'Presence',
  summary: 'Follow the presence of a chat no longer',
  params: profileChild('subscriptionId'),
  answers: { 204: noContent },
  problems: ['profile_not_found', 'subscription_not_found'],
});

export function presenceRoutes(app: App, presence: Presence): void {
  const write = { scope: 'messages:write' } as const;
  const url = '/profiles/:profileId/presence';
  app.post(url, { schema: showSchema, config: write }, async (request, reply) => {
    await presence.show(scopeOf(request), request.body);
    return reply.code(204).send();
  });
  app.post(`${url}/subscriptions`, { schema: followSchema, config: write }, async (request, reply) =>
    reply.code(201).send(await presence.follow(scopeOf(request), request.body.to)),
  );
  app.get(`${url}/subscriptions`, { schema: listSchema, config: { scope: 'messages:read' } }, (request) =>
    presence.list(scopeOf(request), request.query),
  );
  app.delete(
    `${url}/subscriptions/:subscriptionId`,
    { schema: unfollowSchema, config: write },
    async (request, reply) => {
      await presence.unfollow(scopeOf(request), request.params.subscriptionId);
      return reply.code(204).send();
    },
  );
}
