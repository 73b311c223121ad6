import type { Album, MediaObjectView as Media, Message, MessageDetail, SendAlbum } from '@multiwa/contracts';
import type { Request } from './request.js';
import type {
  Conversation,
  ForwardMessage,
  ListConversations,
  ListMessages,
  Page,
  PageQuery,
  SearchMessages,
  SendMessage,
  SendOptions,
  UpdateConversation,
} from './types.js';

/** Files take longer than other calls. */
const FILE_TIMEOUT_MS = 10 * 60_000;

export type MediaKind = 'IMAGE' | 'VIDEO' | 'AUDIO' | 'DOCUMENT' | 'STICKER';

const profile = (id: string) => `/profiles/${encodeURIComponent(id)}`;

/** Messages of a profile, out and in. */
export function messageCalls(request: Request) {
  const message = (profileId: string, id: string) => `${profile(profileId)}/messages/${encodeURIComponent(id)}`;
  return {
    /** Resolves when the message is accepted; it is sent, or ends FAILED with a reason, whatever happens then. */
    send: (profileId: string, body: SendMessage, { idempotencyKey, ...query }: SendOptions = {}) =>
      request<Message>('POST', `${profile(profileId)}/messages`, { body, idempotencyKey, query }),
    /** Several pictures and films as one album; each is a message with a status of its own. */
    sendAlbum: (profileId: string, body: SendAlbum, { idempotencyKey }: { idempotencyKey?: string } = {}) =>
      request<Album>('POST', `${profile(profileId)}/albums`, { body, idempotencyKey }),
    /** With its history, reactions, the tally of a poll and, in a group, what became of it at each participant. */
    get: (profileId: string, id: string) => request<MessageDetail>('GET', message(profileId, id)),
    /** Messages of a profile that hold all the words, newest first. */
    search: (profileId: string, query: SearchMessages) =>
      request<Page<Message>>('GET', `${profile(profileId)}/messages/search`, { query }),
    /** The same of all profiles. */
    searchAll: (query: SearchMessages) => request<Page<Message>>('GET', '/messages/search', { query }),
    /** Sends what a stored message says to somebody else, marked as forwarded. */
    forward: (
      profileId: string,
      id: string,
      body: ForwardMessage,
      { idempotencyKey }: { idempotencyKey?: string } = {},
    ) => request<Message>('POST', `${message(profileId, id)}/forward`, { body, idempotencyKey }),
    list: (profileId: string, query: ListMessages = {}) =>
      request<Page<Message>>('GET', `${profile(profileId)}/messages`, { query }),
    /** Takes back a message that waits for its `sendAt`, or in the queue; refused once its send has begun. */
    cancel: (profileId: string, id: string) => request<Message>('POST', `${message(profileId, id)}/cancel`),
    /** Fetches the file of a received message once more; `message.media` tells what became of it. */
    refetchMedia: (profileId: string, id: string) => request<Media>('POST', `${message(profileId, id)}/media/refetch`),
  };
}

/** Files to send, and those that were received. */
export function mediaCalls(request: Request) {
  const media = (id: string) => `/media/${encodeURIComponent(id)}`;
  return {
    /** Takes a file in once, to be sent any number of times; `type` refuses what cannot be sent as such a message. */
    upload: (
      file: Blob,
      { fileName, type, idempotencyKey }: { fileName?: string; type?: MediaKind; idempotencyKey?: string } = {},
    ) => {
      const form = new FormData();
      form.append('file', file, fileName);
      return request<Media>('POST', '/media', { form, query: { type }, timeoutMs: FILE_TIMEOUT_MS, idempotencyKey });
    },
    get: (id: string) => request<Media>('GET', media(id)),
    /** The whole file. */
    download: (id: string) =>
      request<Uint8Array>('GET', `${media(id)}/content`, { bytes: true, timeoutMs: FILE_TIMEOUT_MS }),
  };
}

/** The chats of a profile. */
export function conversationCalls(request: Request) {
  const conversations = (profileId: string) => `${profile(profileId)}/conversations`;
  const conversation = (profileId: string, id: string) => `${conversations(profileId)}/${encodeURIComponent(id)}`;
  return {
    list: (profileId: string, query: ListConversations = {}) =>
      request<Page<Conversation>>('GET', conversations(profileId), { query }),
    get: (profileId: string, id: string) => request<Conversation>('GET', conversation(profileId, id)),
    update: (profileId: string, id: string, body: UpdateConversation) =>
      request<Conversation>('PATCH', conversation(profileId, id), { body }),
    /** Its senders get their read receipts; what came after `upToMessageId` stays unread. */
    read: (profileId: string, id: string, upToMessageId?: string) =>
      request<Conversation>('POST', `${conversation(profileId, id)}/read`, { body: { upToMessageId } }),
    unread: (profileId: string, id: string) => request<Conversation>('POST', `${conversation(profileId, id)}/unread`),
    clear: (profileId: string, id: string) => request<Conversation>('POST', `${conversation(profileId, id)}/clear`),
    /** Its next message brings it back. */
    delete: (profileId: string, id: string) => request<void>('DELETE', conversation(profileId, id)),
    messages: (profileId: string, id: string, query: PageQuery = {}) =>
      request<Page<Message>>('GET', `${conversations(profileId)}/${encodeURIComponent(id)}/messages`, { query }),
  };
}
