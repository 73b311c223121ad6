import type { Account } from '../../model/account.js';
import type { Channel, ChannelPost } from '../../model/channel.js';
import { stanzaTime } from '../../model/node.js';
import type { BinaryNode } from '../../model/server-node.js';

/** A channel as queries show it to one account; WhatsApp writes numbers as text. */
export function channelData(channel: Channel, account: Account): Record<string, unknown> {
  const { record, jid } = channel;
  const role = channel.roleOf(account);
  const nameTime = String(record.nameAtMs * 1_000);
  return {
    id: jid,
    state: { type: 'ACTIVE' },
    thread_metadata: {
      creation_time: stanzaTime(record.createdAtMs),
      name: { id: nameTime, text: record.name, update_time: nameTime },
      description: { id: nameTime, text: record.description, update_time: nameTime },
      invite: record.inviteCode,
      handle: null,
      picture: { id: '0', type: 'IMAGE', direct_path: '' },
      preview: { id: '0', type: 'PREVIEW', direct_path: '' },
      subscribers_count: String(channel.readers().length),
      verification: record.verified ? 'VERIFIED' : 'UNVERIFIED',
      settings: { reaction_codes: { value: 'ALL' } },
    },
    viewer_metadata: { role, mute: record.muted.includes(account.phone) ? 'ON' : 'OFF' },
  };
}

/** A post as lists of posts show it, with what readers thought of it. */
export function postNode(post: ChannelPost): BinaryNode {
  const { serverId, id, type, atMs, mediatype, plaintext, views } = post;
  const attrs = { id, server_id: String(serverId), t: stanzaTime(atMs), type };
  const content: BinaryNode[] = [plaintextNode(plaintext, mediatype), countNode(views)];
  const reactions = reactionsNode(post);
  return { tag: 'message', attrs, content: reactions ? [...content, reactions] : content };
}

/** The counts of a post alone. */
export function countsNode(post: ChannelPost): BinaryNode {
  const reactions = reactionsNode(post);
  const content = reactions ? [countNode(post.views), reactions] : [countNode(post.views)];
  return { tag: 'message', attrs: { server_id: String(post.serverId), t: stanzaTime(post.atMs) }, content };
}

export function plaintextNode(plaintext: Buffer, mediatype: string | undefined): BinaryNode {
  return { tag: 'plaintext', attrs: mediatype === undefined ? {} : { mediatype }, content: plaintext };
}

function countNode(views: number): BinaryNode {
  return { tag: 'views_count', attrs: { count: String(views) } };
}

function reactionsNode({ reactions }: ChannelPost): BinaryNode | undefined {
  const counts = new Map<string, number>();
  for (const code of Object.values(reactions)) counts.set(code, (counts.get(code) ?? 0) + 1);
  if (counts.size === 0) return undefined;
  const content = [...counts].map(([code, count]) => ({ tag: 'reaction', attrs: { code, count: String(count) } }));
  return { tag: 'reactions', attrs: {}, content };
}
