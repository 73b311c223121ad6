import type { Account } from '../../model/account.js';
import type { Channel, ChannelPost } from '../../model/channel.js';
import type { Delivery, Network } from '../../model/network.js';
import { bytesOf, childOf, stanzaTime } from '../../model/node.js';
import type { BinaryNode } from '../../model/server-node.js';
import { countsNode, plaintextNode } from './channel-nodes.js';

/** The real server's codes for these are not known. */
const ACK_ERRORS = { unknown: 404, notAdmin: 403, malformed: 479 } as const;

/** What became of a stanza to a channel: its error, or the place that the post has. */
export interface ChannelAck {
  error?: number;
  serverId?: number;
}

/** A post, or what somebody thinks of one. Resolves when it is durable. */
export async function takeChannelStanza(
  network: Network,
  sender: Account,
  senderDevice: number,
  node: BinaryNode,
): Promise<ChannelAck> {
  const channel = network.channels.find(node.attrs.to);
  if (!channel) return { error: ACK_ERRORS.unknown };
  if (node.attrs.type === 'reaction') return react(network, channel, sender, node);
  if (!channel.mayPost(sender)) return { error: ACK_ERRORS.notAdmin };
  const plain = childOf(node, 'plaintext');
  const plaintext = bytesOf(plain);
  if (!plaintext || plaintext.length === 0) return { error: ACK_ERRORS.malformed };
  const { id = '', type = 'text' } = node.attrs;
  const { mediatype } = plain?.attrs ?? {};
  // A post that was acked and comes again, as after a crash of its sender, is the same post.
  const known = channel.posts.find((post) => post.id === id);
  const post = known ?? (await publish(network, channel, { sender, senderDevice, id, type, mediatype, plaintext }));
  return { serverId: post.serverId };
}

interface Publishing {
  sender: Account;
  /** Undefined for one that no device of a client sends. */
  senderDevice: number | undefined;
  id: string;
  type: string;
  mediatype: string | undefined;
  plaintext: Buffer;
}

/** Keeps a post and queues it for the companions of everybody who reads the channel. */
export async function publish(network: Network, channel: Channel, publishing: Publishing): Promise<ChannelPost> {
  const { sender, senderDevice, mediatype, ...rest } = publishing;
  const post = channel.add({
    ...rest,
    ...(mediatype !== undefined && { mediatype }),
    atMs: Date.now(),
    by: sender.phone,
  });
  const attrs = {
    id: post.id,
    from: channel.jid,
    server_id: String(post.serverId),
    t: stanzaTime(post.atMs),
    type: post.type,
  };
  const node = { tag: 'message', attrs, content: [plaintextNode(post.plaintext, mediatype)] };
  const isSender = (account: Account, device: number) => account === sender && device === senderDevice;
  await network.commit(
    [channel.postEntry(post)],
    readersOf(network, channel, node).filter(({ account, device }) => !isSender(account, device)),
  );
  return post;
}

async function react(network: Network, channel: Channel, sender: Account, node: BinaryNode): Promise<ChannelAck> {
  const post = channel.posts.find(({ serverId }) => String(serverId) === node.attrs.server_id);
  if (!post) return { error: ACK_ERRORS.unknown };
  const code = childOf(node, 'reaction')?.attrs.code;
  await setReaction(network, channel, post, sender, code);
  return {};
}

/** Sets or clears what somebody thinks of a post, and tells those who watch the channel how it counts now. */
export async function setReaction(
  network: Network,
  channel: Channel,
  post: ChannelPost,
  account: Account,
  code: string | undefined,
): Promise<void> {
  if (code === undefined) delete post.reactions[account.phone];
  else post.reactions[account.phone] = code;
  const watchers = network.channelWatchers.get(channel.record.id) ?? new Set();
  const attrs = { id: network.stanzaId(), from: channel.jid, type: 'newsletter', t: stanzaTime() };
  const messages = { tag: 'messages', attrs: { jid: channel.jid, t: stanzaTime() }, content: [countsNode(post)] };
  const node = { tag: 'notification', attrs, content: [{ tag: 'live_updates', attrs: {}, content: [messages] }] };
  const deliveries = readersOf(network, channel, node).filter(({ account: reader }) => watchers.has(reader.phone));
  await network.commit([channel.postEntry(post)], deliveries);
}

function readersOf(network: Network, channel: Channel, node: BinaryNode): Delivery[] {
  return channel.readers().flatMap((phone) => {
    const account = network.directory.find(phone);
    return account ? [...account.companions.keys()].map((device) => ({ account, device, node })) : [];
  });
}
