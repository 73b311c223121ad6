import type { Bus } from '@multiwa/bus';
import {
  type Channel,
  type ChannelAnswer,
  type ChannelCall,
  type ChannelInfo,
  type ChannelRequest,
  CodedError,
  capabilityTable,
  channelCalls,
  type createChannelSchema,
  type ErrorCode,
  mayPost,
  type ParsedPost,
} from '@multiwa/contracts';
import type { ProfileScope } from '@multiwa/db';
import { decodePlaceCursor, encodePlaceCursor } from '@multiwa/domain';
import type { z } from 'zod';
import type { FileInput, makeComposeFile } from '../compose/compose-file.js';
import type { AcceptSend, Idempotency } from './accept-send.js';
import type { KnownProfile, KnownProfiles } from './known-profile.js';
import type { PageQuery } from './page.js';

export interface ChannelsDeps {
  knownProfiles: KnownProfiles;
  acceptSend: AcceptSend;
  composeFile: ReturnType<typeof makeComposeFile>;
  bus: Pick<Bus, 'ask'>;
}

const CHANNEL_URL = 'https://whatsapp.com/channel/';
/** The session cannot say now what the number is to a channel; the engine finds out before it posts. */
const unsure: readonly ErrorCode[] = [
  'profile_not_connected',
  'ask_timeout',
  'service_unavailable',
  'whatsapp_rate_limited',
];

/** Channels: WhatsApp has them and their posts, and is asked; what is posted is kept here first, like any message. */
export function makeChannels({ knownProfiles, acceptSend, composeFile, bus }: ChannelsDeps) {
  async function ask<C extends ChannelCall>(
    scope: ProfileScope,
    call: C,
    request: ChannelRequest<C>,
  ): Promise<ChannelAnswer<C>> {
    requireAble(await knownProfiles.require(scope));
    const answer = await bus.ask('channel', scope.profileId, { call, request });
    return channelCalls[call].response.parse(answer) as ChannelAnswer<C>;
  }

  /** @throws CodedError `channel_not_found`, `channel_admin_required`; nothing while the session is away */
  async function requireAdmin(scope: ProfileScope, chat: string): Promise<void> {
    let channel: ChannelInfo;
    try {
      ({ channel } = await ask(scope, 'info', { chat }));
    } catch (error) {
      if (error instanceof CodedError && unsure.includes(error.code)) return;
      throw error;
    }
    if (!mayPost(channel.role)) throw new CodedError('channel_admin_required');
  }

  return {
    async list(scope: ProfileScope) {
      const { channels } = await ask(scope, 'list', {});
      return { items: channels.map((channel) => view(scope, channel)) };
    },

    get: async (scope: ProfileScope, id: string) =>
      view(scope, (await ask(scope, 'info', { chat: chatOf(id) })).channel),

    find: async (scope: ProfileScope, invite: string) =>
      view(scope, (await ask(scope, 'find', { code: codeOf(invite) })).channel),

    async create(scope: ProfileScope, { name, description }: z.output<typeof createChannelSchema>) {
      return view(scope, (await ask(scope, 'create', { name, description: description ?? null })).channel);
    },

    async follow(scope: ProfileScope, id: string, follow: boolean): Promise<void> {
      await ask(scope, 'follow', { chat: chatOf(id), follow });
    },

    async posts(scope: ProfileScope, id: string, { limit, cursor }: PageQuery) {
      const before = cursor === undefined ? null : decodePlaceCursor('channel-posts', cursor);
      const { posts } = await ask(scope, 'posts', { chat: chatOf(id), count: limit, before });
      const last = posts.length >= limit ? posts.at(-1) : undefined;
      const more = last && last.serverId > 1 ? encodePlaceCursor('channel-posts', last.serverId) : null;
      return { items: posts, nextCursor: more };
    },

    /** Kept when this resolves: it ends SENT or FAILED. */
    post(scope: ProfileScope, id: string, input: ParsedPost, idempotency?: Idempotency) {
      const chat = chatOf(id);
      const compose = async (profile: KnownProfile) => {
        requireAble(profile);
        await requireAdmin(scope, chat);
        if (input.type === 'TEXT') return { chat, content: { type: input.type, text: input.text } };
        const { type, media, caption } = input;
        return { chat, content: await composeFile(scope, { type, media, caption } as FileInput) };
      };
      // Who reads a channel has chosen to; there is nobody who could have opted out.
      return acceptSend(scope, compose, { ignoreOptOut: true }, idempotency);
    },
  };
}
export type ChannelsUseCases = ReturnType<typeof makeChannels>;

function requireAble({ engine }: Pick<KnownProfile, 'engine'>): void {
  const { engines } = capabilityTable.channels;
  if (!(engines as readonly string[]).includes(engine)) throw new CodedError('not_supported_by_engine');
}

function chatOf(id: string): string {
  return id.endsWith('@newsletter') ? id : `${id}@newsletter`;
}

/** The code of an invite link, also when it is the link. */
function codeOf(invite: string): string {
  return invite.replace(/^https?:\/\/(?:www\.)?whatsapp\.com\/channel\//, '').replace(/[/?#].*$/, '');
}

function view({ profileId }: ProfileScope, { chat, ...channel }: ChannelInfo): Channel {
  const { inviteCode } = channel;
  return { ...channel, id: chat, profileId, inviteUrl: inviteCode === null ? null : `${CHANNEL_URL}${inviteCode}` };
}
