import type { Request } from './request.js';
import type { Channel, ChannelPosts, CreateChannel, Message, PageQuery, PostToChannel, SendOptions } from './types.js';

/** Channels that a profile follows, owns or reads. */
export function channelCalls(request: Request) {
  const channels = (profileId: string) => `/profiles/${encodeURIComponent(profileId)}/channels`;
  const channel = (profileId: string, id: string) => `${channels(profileId)}/${encodeURIComponent(id)}`;
  return {
    /** Those that the number follows or owns. */
    list: async (profileId: string) => (await request<{ items: Channel[] }>('GET', channels(profileId))).items,
    create: (profileId: string, body: CreateChannel) => request<Channel>('POST', channels(profileId), { body }),
    /** What an invite link, or its code, leads to. */
    find: (profileId: string, invite: string) =>
      request<Channel>('POST', `${channels(profileId)}/find`, { body: { invite } }),
    get: (profileId: string, id: string) => request<Channel>('GET', channel(profileId, id)),
    follow: (profileId: string, id: string) => request<void>('PUT', `${channel(profileId, id)}/follow`),
    unfollow: (profileId: string, id: string) => request<void>('DELETE', `${channel(profileId, id)}/follow`),
    /** Newest first, a page at a time. */
    posts: (profileId: string, id: string, query: PageQuery = {}) =>
      request<ChannelPosts>('GET', `${channel(profileId, id)}/posts`, { query }),
    /** Resolves when the post is kept; what becomes of it is announced. */
    post: (
      profileId: string,
      id: string,
      body: PostToChannel,
      { idempotencyKey }: Pick<SendOptions, 'idempotencyKey'> = {},
    ) => request<Message>('POST', `${channel(profileId, id)}/posts`, { body, idempotencyKey }),
  };
}
