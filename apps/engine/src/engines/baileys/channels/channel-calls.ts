import { CodedError } from '@multiwa/contracts';
import { getBinaryNodeChild, getBinaryNodeChildren, QueryIds, type WASocket, XWAPaths } from '@whiskeysockets/baileys';
import type { ChannelCalls } from '../../engine.js';
import type { ChannelBook } from './channel-book.js';
import { asked, type Mex } from './mex.js';
import { readChannel } from './read-channel.js';
import { readPost } from './read-post.js';

/** The library has no call for it; other clients ask so. */
const LIST_QUERY_ID = '6388546374527196';
const LIST_PATH = 'xwa2_newsletter_subscribed';
const QUERY_TIMEOUT_MS = 15_000;

interface Dependencies {
  sock: Pick<WASocket, 'query' | 'generateMessageTag'>;
  mex: Mex;
  book: ChannelBook;
  /** Serves the files of posts. */
  mediaHost(): Promise<string>;
}

/** What may be asked of channels. Each call rejects with a CodedError when WhatsApp refuses. */
export function makeChannelCalls({ sock, mex, book, mediaHost }: Dependencies): ChannelCalls {
  return {
    async list() {
      const described = await mex(LIST_QUERY_ID, {}, LIST_PATH);
      const channels = Array.isArray(described) ? described.map(readChannel) : [];
      for (const channel of channels) book.note(channel);
      return { channels };
    },

    info: async ({ chat }) => ({ channel: await book.ask(chat) }),

    async find({ code }) {
      const channel = await describe(mex, { key: code, type: 'INVITE' });
      book.note(channel);
      return { channel };
    },

    async create({ name, description }) {
      const made = await mex(QueryIds.CREATE, { input: { name, description } }, XWAPaths.xwa2_newsletter_create);
      const channel = readChannel(made);
      // WhatsApp may leave out what the number is to a channel that it has just made.
      const own = { ...channel, role: channel.role === 'GUEST' ? ('OWNER' as const) : channel.role };
      book.note(own);
      return { channel: own };
    },

    async follow({ chat, follow }) {
      const [query, path] = follow
        ? [QueryIds.FOLLOW, XWAPaths.xwa2_newsletter_join_v2]
        : [QueryIds.UNFOLLOW, XWAPaths.xwa2_newsletter_leave_v2];
      await mex(query, { newsletter_id: chat }, path);
      book.forget(chat);
      return {};
    },

    async posts({ chat, count, before }) {
      const attrs = {
        type: 'jid',
        jid: chat,
        count: String(count),
        ...(before !== null && { before: String(before) }),
      };
      const answer = await asked(
        sock.query(
          {
            tag: 'iq',
            attrs: { id: sock.generateMessageTag(), type: 'get', xmlns: 'newsletter', to: '@s.whatsapp.net' },
            content: [{ tag: 'messages', attrs }],
          },
          QUERY_TIMEOUT_MS,
        ),
      );
      const nodes = getBinaryNodeChildren(getBinaryNodeChild(answer, 'messages'), 'message');
      const host = await mediaHost();
      const posts = nodes.flatMap((node) => readPost(node, host) ?? []);
      return { posts: posts.sort((one, other) => other.serverId - one.serverId) };
    },
  };
}

/** A channel by its address or by its invite code. @throws CodedError */
export async function describe(mex: Mex, input: { key: string; type: 'JID' | 'INVITE' }) {
  const wanted = { fetch_creation_time: true, fetch_full_image: true, fetch_viewer_metadata: true };
  const described = await mex(QueryIds.METADATA, { ...wanted, input }, XWAPaths.xwa2_newsletter_metadata);
  if (described === null || described === undefined) throw new CodedError('channel_not_found');
  return readChannel(described);
}
