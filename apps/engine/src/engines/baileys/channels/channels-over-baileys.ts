import { CodedError, type FailureCode, mayPost, type OutboundContent, type OutboundOf } from '@multiwa/contracts';
import type { PassPoint } from '@multiwa/runtime';
import {
  type BinaryNode,
  DEF_MEDIA_HOST,
  getAllBinaryNodeChildren,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  proto,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { ChannelCalls, ConnectionCallbacks, OutboundMessage, SendOutcome } from '../../engine.js';
import type { OutboundFiles } from '../../media.js';
import type { UploadRoute } from '../media-put.js';
import { ChannelBook } from './channel-book.js';
import { describe, makeChannelCalls } from './channel-calls.js';
import { mexOver } from './mex.js';
import { readCounts, readPost } from './read-post.js';
import { type UploadedPost, uploadPost } from './upload-post.js';

interface Dependencies {
  sock: WASocket;
  files: Pick<OutboundFiles, 'open'>;
  /** How pictures reach the hosts. */
  route: UploadRoute;
  callbacks: Pick<ConnectionCallbacks, 'channelPost' | 'channelCounts'>;
  at: PassPoint;
}
type Refusal = Exclude<SendOutcome, { kind: 'sent' }>;

/** Channels over one socket: what is asked of them, what arrives from them, and what is posted to them. */
export class ChannelsOverBaileys {
  readonly calls: ChannelCalls;
  readonly #dependencies: Dependencies;
  readonly #book: ChannelBook;
  /** What WhatsApp gave for the pictures of posts that are about to be sent. */
  readonly #uploaded = new WeakMap<OutboundContent, UploadedPost>();

  constructor(dependencies: Dependencies) {
    const { sock } = dependencies;
    const mex = mexOver(sock);
    this.#dependencies = dependencies;
    this.#book = new ChannelBook((chat) => describe(mex, { key: chat, type: 'JID' }));
    this.calls = makeChannelCalls({ sock, mex, book: this.#book, mediaHost: () => this.#mediaHost() });
  }

  /** A post that arrives. Resolves once it is durable, and only then may it be confirmed. */
  async take(node: BinaryNode): Promise<void> {
    const { from } = node.attrs;
    const host = getBinaryNodeChild(node, 'plaintext') ? await this.#mediaHost() : DEF_MEDIA_HOST;
    const post = readPost(node, host);
    if (!post || from === undefined) return;
    const { callbacks, at } = this.#dependencies;
    at('channel.before-fact');
    await callbacks.channelPost({ chat: from, post });
    at('channel.after-fact');
  }

  /** A notification of a channel: posts, and how earlier ones count now. What else it says changes nothing here. */
  async takeNotification(node: BinaryNode): Promise<void> {
    const { from } = node.attrs;
    if (from === undefined) return;
    for (const child of getAllBinaryNodeChildren(node)) {
      if (child.tag === 'message') await this.take({ ...child, attrs: { ...child.attrs, from } });
      if (child.tag !== 'live_updates') continue;
      const lists = getBinaryNodeChildren(child, 'messages');
      const posts = lists.flatMap((list) =>
        getBinaryNodeChildren(list, 'message').flatMap((one) => readCounts(one) ?? []),
      );
      if (posts.length > 0) this.#dependencies.callbacks.channelCounts({ chat: from, posts });
    }
  }

  /** Something changed in a channel, or in what the number is to one. */
  doubt(): void {
    this.#book.forgetAll();
  }

  /** Uploads the picture of a post ahead of it. */
  async prepare(content: OutboundContent): Promise<void> {
    if (content.type === 'IMAGE') await this.#uploadedFor(content);
  }

  /** Why a post cannot be made, if so; asks WhatsApp what the number is to the channel unless it is known. */
  async refusal(chat: string, { type }: OutboundContent): Promise<Refusal | undefined> {
    if (type !== 'TEXT' && type !== 'IMAGE') return failed('unsupported_by_engine');
    try {
      return mayPost(await this.#book.roleOf(chat)) ? undefined : failed('channel_admin_required');
    } catch (error) {
      if (error instanceof CodedError && error.code === 'channel_not_found') return failed('channel_unknown');
      return { kind: 'retry', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Writes a post to the socket. It is not encrypted, so no state has to be kept before. */
  async post({ waMessageId, chat, content }: OutboundMessage): Promise<void> {
    const { sock, at } = this.#dependencies;
    const { message, mediatype, handle } = await this.#encode(content);
    const plaintext: BinaryNode = {
      tag: 'plaintext',
      attrs: mediatype === undefined ? {} : { mediatype },
      content: proto.Message.encode(message).finish(),
    };
    const type = mediatype === undefined ? 'text' : 'media';
    const attrs = { to: chat, id: waMessageId, type, ...(handle !== undefined && { media_id: handle }) };
    at('send.before-wire');
    await sock.sendNode({ tag: 'message', attrs, content: [plaintext] });
  }

  /** WhatsApp's no to a post shows that the number is not what it was thought to be. */
  forget(chat: string): void {
    this.#book.forget(chat);
  }

  async #encode(content: OutboundContent) {
    if (content.type === 'TEXT') return { message: { extendedTextMessage: { text: content.text } } };
    if (content.type !== 'IMAGE') throw new Error(`A ${content.type} is not posted to channels.`);
    const { media, caption, thumbnail } = content;
    const { handle, ...file } = await this.#uploadedFor(content);
    const jpegThumbnail = thumbnail === undefined ? undefined : Buffer.from(thumbnail, 'base64');
    const { mimeType: mimetype, width, height } = media;
    return {
      message: { imageMessage: { ...file, mimetype, caption, width, height, jpegThumbnail } },
      mediatype: 'image',
      handle,
    };
  }

  async #uploadedFor(content: OutboundOf<'IMAGE'>): Promise<UploadedPost> {
    const uploaded = this.#uploaded.get(content) ?? (await uploadPost(content, this.#dependencies));
    this.#uploaded.set(content, uploaded);
    return uploaded;
  }

  /** WhatsApp's first host at the moment; the one that every client knows when WhatsApp does not say. */
  async #mediaHost(): Promise<string> {
    try {
      return (await this.#dependencies.route.hosts()).hostnames[0] ?? DEF_MEDIA_HOST;
    } catch {
      return DEF_MEDIA_HOST;
    }
  }
}

function failed(code: FailureCode): Refusal {
  return { kind: 'failed', code, detail: null };
}
