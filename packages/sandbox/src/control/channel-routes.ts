import { generateMessageIDV2, proto } from '@whiskeysockets/baileys';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxCore } from '../core.js';
import { SandboxError } from '../errors.js';
import type { Channel } from '../model/channel.js';
import { contentOf, type MessageContent, messageOf, stanzaShape } from '../phone/message-content.js';
import { publish, setReaction } from '../server/channels/post.js';
import { parse } from './problem.js';

const phone = z.string().min(3).max(60);
const by = phone.describe('Whose phone does it.');
const channelParamSchema = z.object({ channel: z.string().max(60) });

export const createChannelSchema = z.strictObject({
  by,
  name: z.string().min(1).max(100),
  description: z.string().max(2_048).default(''),
});
export type CreateChannel = z.input<typeof createChannelSchema>;

/** What a phone does in a channel, one thing at a time. */
export const channelActSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('post'), by, content: z.record(z.string(), z.unknown()) }),
  z.strictObject({ do: z.enum(['follow', 'unfollow']), by }),
  z.strictObject({ do: z.enum(['promote', 'demote']), by, person: phone }),
  /** No emoji takes the reaction back. */
  z.strictObject({ do: z.literal('react'), by, serverId: z.int(), emoji: z.string().max(64).optional() }),
]);
export type ChannelAct = z.input<typeof channelActSchema>;

/** A channel as the control API shows it. */
export interface ChannelView {
  channel: string;
  name: string;
  description: string;
  inviteCode: string;
  owner: string;
  admins: string[];
  followers: string[];
  posts: { serverId: number; id: string; content: MessageContent; views: number; reactions: Record<string, string> }[];
}

/** Channels, and what phones do in them. */
export function registerChannelRoutes(app: FastifyInstance, core: SandboxCore): void {
  const { network } = core;
  const channelOf = (params: unknown): Channel => {
    const { channel: jid } = parse(channelParamSchema, params);
    const channel = network.channels.find(jid);
    if (!channel) throw new SandboxError('channel_not_found', `There is no channel ${jid}.`);
    return channel;
  };

  app.get('/channels', async () => ({ channels: network.channels.all().map(channelView) }));
  app.get('/channels/:channel', async (request) => channelView(channelOf(request.params)));

  app.post('/channels', async (request, reply) => {
    const { by: owner, ...given } = parse(createChannelSchema, request.body);
    const channel = network.channels.create({ ...given, owner: core.phone(owner).account.phone });
    await network.commit([channel.entry()], []);
    reply.status(201);
    return channelView(channel);
  });

  app.post('/channels/:channel/acts', async (request) => {
    const channel = channelOf(request.params);
    await carryOut(channel, parse(channelActSchema, request.body));
    return channelView(channel);
  });

  async function carryOut(channel: Channel, act: z.output<typeof channelActSchema>): Promise<void> {
    const { account } = core.phone(act.by);
    const { record } = channel;
    switch (act.do) {
      case 'post': {
        if (!channel.mayPost(account)) throw new SandboxError('channel_refused', 'Only admins post.');
        const message = messageOf(act.content);
        const { type, encAttrs } = stanzaShape(message);
        const plaintext = Buffer.from(proto.Message.encode(message).finish());
        const id = generateMessageIDV2(account.jid('pn'));
        const { mediatype } = encAttrs;
        await publish(network, channel, { sender: account, senderDevice: undefined, id, type, mediatype, plaintext });
        return;
      }
      case 'react': {
        const post = channel.posts.find(({ serverId }) => serverId === act.serverId);
        if (!post) throw new SandboxError('message_not_found', `The channel has no post ${act.serverId}.`);
        return setReaction(network, channel, post, account, act.emoji);
      }
      case 'follow':
      case 'unfollow':
        record.followers = toggled(record.followers, account.phone, act.do === 'follow');
        break;
      default:
        if (record.owner !== account.phone) throw new SandboxError('channel_refused', 'Only the owner names admins.');
        record.admins = toggled(record.admins, core.phone(act.person).account.phone, act.do === 'promote');
    }
    await network.commit([channel.entry()], []);
  }
}

function toggled(people: readonly string[], person: string, isIn: boolean): string[] {
  const others = people.filter((one) => one !== person);
  return isIn ? [...others, person] : others;
}

function channelView({ record, jid, posts }: Channel): ChannelView {
  const { name, description, inviteCode, owner, admins, followers } = record;
  const shown = posts.map(({ serverId, id, plaintext, views, reactions }) => {
    const content = contentOf(proto.Message.decode(plaintext));
    return { serverId, id, content, views, reactions: { ...reactions } };
  });
  return { channel: jid, name, description, inviteCode, owner, admins, followers, posts: shown };
}
