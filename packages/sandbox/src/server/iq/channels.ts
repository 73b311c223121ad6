import { QueryIds, XWAPaths } from '@whiskeysockets/baileys';
import type { Account } from '../../model/account.js';
import type { Channel } from '../../model/channel.js';
import { childOf, textOf } from '../../model/node.js';
import { type BinaryNode, iqError, iqResult } from '../../model/server-node.js';
import { channelData, countsNode, postNode } from '../channels/channel-nodes.js';
import type { Query } from './query.js';

/** Known from other clients; the library has no call for it. */
const LIST_QUERY_ID = '6388546374527196';
const MAX_POSTS = 300;
/** For how long a client that asked is told of counts; here it is told until the network ends. */
const LIVE_SECONDS = 300;

/** The network's no to a question about channels, as GraphQL has it. */
class ChannelRefusal extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

interface Asked extends Query {
  account: Account;
  variables: Variables;
}
interface Variables {
  input?: { key?: string; type?: string; name?: string; description?: string | null };
  newsletter_id?: string;
}

type Answer = { path: string; data: unknown; changed?: Channel };

const QUERIES: Record<string, (asked: Asked) => Answer> = {
  [QueryIds.METADATA]: ({ network, account, variables }) => {
    const { key = '', type } = variables.input ?? {};
    const channel = type === 'INVITE' ? network.channels.findByInvite(key) : network.channels.find(key);
    if (!channel) throw new ChannelRefusal(404, 'Not Found');
    return { path: XWAPaths.xwa2_newsletter_metadata, data: channelData(channel, account) };
  },
  [QueryIds.CREATE]: ({ network, account, variables }) => {
    const { name = '', description } = variables.input ?? {};
    if (name === '') throw new ChannelRefusal(400, 'Bad Request');
    const changed = network.channels.create({ owner: account.phone, name, description: description ?? '' });
    return { path: XWAPaths.xwa2_newsletter_create, data: channelData(changed, account), changed };
  },
  [LIST_QUERY_ID]: ({ network, account }) => ({
    path: 'xwa2_newsletter_subscribed',
    data: network.channels.of(account).map((channel) => channelData(channel, account)),
  }),
  [QueryIds.FOLLOW]: (asked) => follow(asked, XWAPaths.xwa2_newsletter_join_v2, true),
  [QueryIds.UNFOLLOW]: (asked) => follow(asked, XWAPaths.xwa2_newsletter_leave_v2, false),
  [QueryIds.MUTE]: (asked) => mute(asked, XWAPaths.xwa2_newsletter_mute_v2, true),
  [QueryIds.UNMUTE]: (asked) => mute(asked, XWAPaths.xwa2_newsletter_unmute_v2, false),
};

function follow(asked: Asked, path: string, follows: boolean): Answer {
  const { account } = asked;
  const channel = named(asked);
  if (!follows && channel.roleOf(account) === 'OWNER') throw new ChannelRefusal(403, 'Forbidden');
  const others = channel.record.followers.filter((phone) => phone !== account.phone);
  channel.record.followers = follows ? [...others, account.phone] : others;
  return { path, data: { id: channel.jid, state: { type: 'ACTIVE' } }, changed: channel };
}

function mute(asked: Asked, path: string, muted: boolean): Answer {
  const channel = named(asked);
  const others = channel.record.muted.filter((phone) => phone !== asked.account.phone);
  channel.record.muted = muted ? [...others, asked.account.phone] : others;
  return { path, data: { id: channel.jid }, changed: channel };
}

function named({ network, variables }: Asked): Channel {
  const channel = network.channels.find(variables.newsletter_id);
  if (!channel) throw new ChannelRefusal(404, 'Not Found');
  return channel;
}

/** GraphQL about channels; false for a query of something else. */
export function answerChannelQuery(query: Query): boolean {
  const { network, connection, node } = query;
  const { account } = connection;
  const asked = childOf(node, 'query');
  const answer = QUERIES[asked?.attrs.query_id ?? ''];
  if (!account || !answer) return false;
  const reply = (body: object): void => {
    connection.send(iqResult(node, [{ tag: 'result', attrs: {}, content: Buffer.from(JSON.stringify(body)) }]));
  };
  try {
    const { variables = {} } = JSON.parse(textOf(asked) ?? '{}') as { variables?: Variables };
    const { path, data, changed } = answer({ ...query, account, variables });
    network.commit(changed ? [changed.entry()] : [], []).then(
      () => reply({ data: { [path]: data } }),
      () => connection.send(iqError(node, 500, 'not stored')),
    );
  } catch (error) {
    if (!(error instanceof ChannelRefusal)) throw error;
    const extensions = { error_code: error.code, is_retryable: false, severity: 'WARNING' };
    reply({ data: null, errors: [{ message: error.message, path: [], extensions }] });
  }
  return true;
}

/** Posts of a channel, and their counts (`newsletter`). */
export function answerChannels({ network, connection, node }: Query): boolean {
  const { account } = connection;
  const wanted = childOf(node, 'messages');
  const updates = childOf(node, 'message_updates');
  const live = childOf(node, 'live_updates');
  if (!account || !(wanted ?? updates ?? live)) return false;
  const channel = network.channels.find(wanted ? wanted.attrs.jid : node.attrs.to);
  if (!channel) {
    connection.send(iqError(node, 404, 'item-not-found'));
    return true;
  }
  if (live) {
    const watchers = network.channelWatchers.get(channel.record.id) ?? new Set();
    network.channelWatchers.set(channel.record.id, watchers.add(account.phone));
    const duration = String(LIVE_SECONDS);
    connection.send(answered(node, { tag: 'live_updates', attrs: { duration } }));
  } else if (wanted) {
    const { before, count } = wanted.attrs;
    const older = channel.posts.filter(({ serverId }) => before === undefined || serverId < Number(before));
    const posts = older.slice(-Math.min(Number(count ?? MAX_POSTS), MAX_POSTS));
    for (const post of posts) post.views += 1;
    connection.send(answered(node, messagesNode(channel, posts.map(postNode))));
  } else {
    const { after, count } = updates?.attrs ?? {};
    const newer = channel.posts.filter(({ serverId }) => serverId > Number(after ?? 0));
    const posts = newer.slice(0, Math.min(Number(count ?? MAX_POSTS), MAX_POSTS));
    const content = [messagesNode(channel, posts.map(countsNode))];
    connection.send(answered(node, { tag: 'message_updates', attrs: {}, content }));
  }
  return true;
}

function messagesNode({ jid }: Channel, content: BinaryNode[]): BinaryNode {
  return { tag: 'messages', attrs: { jid }, content };
}

/** A client finds its answer by the address that it asked. */
function answered(node: BinaryNode, content: BinaryNode): BinaryNode {
  const result = iqResult(node, [content]);
  return { ...result, attrs: { ...result.attrs, from: node.attrs.to ?? '' } };
}
