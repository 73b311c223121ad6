import type { ChannelAct, ChannelView, CreateChannel } from './control/channel-routes.js';
import type { ChangeChat } from './control/chat-routes.js';
import type { CreateGroup, GroupAct } from './control/group-schemas.js';
import type { GroupResults, GroupView } from './control/group-view.js';
import type { CompanionView, FaceView, PhoneView, ReceivedPage, SentPage } from './control/views.js';
import type { ActiveMediaFault, MediaFaultRule } from './media/media-faults.js';
import type { StoredMedia } from './media/media-store.js';
import type { AutoReply } from './model/account.js';
import type { Call } from './model/calls.js';
import type { EnforcementType } from './model/enforcement.js';
import type { Business } from './model/face.js';
import type { ActiveFault, FaultRule } from './model/faults.js';
import type { RateLimitReport, RateLimitSettings } from './model/rate-limits.js';
import type { SocketCount, SocketEvent } from './model/sockets.js';
import type { TraceLine } from './model/trace.js';
import type { UnknownRequest } from './model/unknown.js';
import type { HistorySeedInput } from './phone/history/seed.js';
import type { MessageContent } from './phone/message-content.js';
import type { PhoneChat } from './phone/phone-app-state.js';
import type { MediaDescriptor, OpenedMedia } from './phone/phone-media.js';
import type { ReceivedMessage, SentMessage } from './phone/records.js';
import type { ShownState } from './server/route-presence.js';

export { formatTrace } from './control/format-trace.js';

export type {
  ActiveFault,
  ActiveMediaFault,
  ChannelView,
  CompanionView,
  FaceView,
  FaultRule,
  GroupView,
  HistorySeedInput,
  MediaDescriptor,
  MediaFaultRule,
  MessageContent,
  OpenedMedia,
  PhoneChat,
  PhoneView,
  ReceivedMessage,
  ReceivedPage,
  SentMessage,
  SentPage,
  StoredMedia,
};

/** A refusal of the control API. */
export class SandboxRequestError extends Error {
  override readonly name = 'SandboxRequestError';

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** Which received messages to list. */
export interface ListMessages {
  from?: string;
  after?: number;
  limit?: number;
  waitMs?: number;
  direction?: 'in' | 'own' | 'all';
}

/** What to send from a phone: a text, or any WhatsApp protobuf message as JSON with its bytes as base64. */
export type SendMessage = { to: string; addressing?: 'pn' | 'lid'; id?: string } & (
  | { text: string }
  | { content: MessageContent }
);

/** What a phone's file is to WhatsApp. */
export type PhoneMediaKind = 'image' | 'video' | 'audio' | 'document' | 'sticker';

const POLL_MS = 25_000;
const ANSWER_TIMEOUT_MS = 60_000;

export type SandboxClient = ReturnType<typeof createSandboxClient>;

/**
 * A typed client of the control API. Every method rejects with `SandboxRequestError` when the sandbox refuses.
 * It loads nothing of the server and nothing of the WhatsApp library.
 */
export function createSandboxClient(controlUrl: string) {
  const base = controlUrl.replace(/\/$/, '');

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${base}${path}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      ...(body === undefined ? {} : encoded(body)),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    if (response.ok) return answer as T;
    const { code = 'unknown', detail = response.statusText } = (answer ?? {}) as { code?: string; detail?: string };
    throw new SandboxRequestError(response.status, code, detail);
  }

  const messages = (phone: string, query: ListMessages = {}): Promise<ReceivedPage> =>
    call('GET', `/phones/${encodeURIComponent(phone)}/messages${queryString({ ...query })}`);

  return {
    health: (): Promise<{ status: string }> => call('GET', '/health'),
    network: (): Promise<{ webSocketUrl: string; rootPublicKey: string; mediaCertificate: string }> =>
      call('GET', '/network'),

    createPhone: (phone: { phone?: string; name?: string; autoReply?: AutoReply } = {}): Promise<PhoneView> =>
      call('POST', '/phones', phone),
    createPhones: async (bulk: { count: number; prefix?: string; autoReply?: AutoReply }): Promise<PhoneView[]> =>
      (await call<{ phones: PhoneView[] }>('POST', '/phones/bulk', bulk)).phones,
    phones: async (): Promise<PhoneView[]> => (await call<{ phones: PhoneView[] }>('GET', '/phones')).phones,
    phone: (phone: string): Promise<PhoneView> => call('GET', `/phones/${encodeURIComponent(phone)}`),
    changePhone: (phone: string, change: { name?: string; autoReply?: AutoReply }): Promise<PhoneView> =>
      call('PATCH', `/phones/${encodeURIComponent(phone)}`, change),
    /** Switches a phone off or on. Off, it takes nothing in and sends nothing: what is for it waits. */
    switchPhone: (phone: string, on: boolean): Promise<PhoneView> =>
      call('PUT', `/phones/${encodeURIComponent(phone)}/power`, { on }),

    /** Links the client that shows this QR; resolves when it is linked and about to log in. */
    scan: (phone: string, qr: string): Promise<CompanionView> =>
      call('POST', `/phones/${encodeURIComponent(phone)}/scan`, { qr }),
    /** Types the code that a client shows for this phone. */
    pair: (phone: string, code: string): Promise<CompanionView> =>
      call('POST', `/phones/${encodeURIComponent(phone)}/pair`, { code }),
    companions: async (phone: string): Promise<CompanionView[]> =>
      (await call<{ companions: CompanionView[] }>('GET', `/phones/${encodeURIComponent(phone)}/companions`))
        .companions,
    removeCompanion: (phone: string, device: number): Promise<void> =>
      call('DELETE', `/phones/${encodeURIComponent(phone)}/companions/${device}`),

    send: (phone: string, message: SendMessage): Promise<SentMessage> =>
      call('POST', `/phones/${encodeURIComponent(phone)}/messages`, message),
    /** Posts a status for these phones, or takes one back; what they see is among their messages. */
    postStatus: (phone: string, status: { to: string[]; content: MessageContent; id?: string }): Promise<SentMessage> =>
      call('POST', `/phones/${encodeURIComponent(phone)}/statuses`, status),
    /** Chooses options of a poll that the phone has, in place of those it chose before. */
    vote: (phone: string, poll: string, options: string[]): Promise<SentMessage> =>
      call('POST', `/phones/${encodeURIComponent(phone)}/votes`, { poll, options }),
    messages,
    sent: (phone: string, after = 0): Promise<SentPage> =>
      call('GET', `/phones/${encodeURIComponent(phone)}/sent${queryString({ after })}`),
    sentMessage: (phone: string, id: string): Promise<SentMessage> =>
      call('GET', `/phones/${encodeURIComponent(phone)}/sent/${encodeURIComponent(id)}`),
    /** Marks messages as read, by id or all of them; resolves with how many were news. */
    read: async (phone: string, ids?: string[]): Promise<number> =>
      (await call<{ read: number }>('POST', `/phones/${encodeURIComponent(phone)}/read`, ids ? { ids } : { all: true }))
        .read,

    /** What the phone has kept from before anything is linked to it; it hands that to companions that are linked from now on. */
    seedHistory: (phone: string, seed: HistorySeedInput): Promise<{ chats: number; messages: number }> =>
      call('PUT', `/phones/${encodeURIComponent(phone)}/history`, seed),
    /** Hands it to the companions that are linked once more; resolves with how many chunks that took. */
    handOverHistory: async (phone: string): Promise<number> =>
      (await call<{ chunks: number }>('POST', `/phones/${encodeURIComponent(phone)}/history/hand-over`)).chunks,
    /** Chats of which a device of the account has said something, as the phone shows them. */
    chats: async (phone: string): Promise<PhoneChat[]> =>
      (await call<{ chats: PhoneChat[] }>('GET', `/phones/${encodeURIComponent(phone)}/chats`)).chats,
    /** Calls somebody; it rings at their companions until it is ended or rejected. */
    placeCall: (phone: string, to: { to: string; video?: boolean }): Promise<Call> =>
      call('POST', `/phones/${encodeURIComponent(phone)}/calls`, to),
    calls: async (phone: string): Promise<Call[]> =>
      (await call<{ calls: Call[] }>('GET', `/phones/${encodeURIComponent(phone)}/calls`)).calls,
    endCall: (phone: string, id: string, reason: 'hangup' | 'timeout' = 'hangup'): Promise<void> =>
      call('POST', `/phones/${encodeURIComponent(phone)}/calls/${id}/end`, { reason }),
    /** Shows that the phone is online or not, or that it types or records to somebody. */
    showPresence: (phone: string, shown: { state: ShownState; to?: string }): Promise<void> =>
      call('POST', `/phones/${encodeURIComponent(phone)}/presence`, shown),
    /** Who typed to the phone's account. */
    typing: async (phone: string): Promise<{ from: string; state: string }[]> =>
      (await call<{ typing: { from: string; state: string }[] }>('GET', `/phones/${encodeURIComponent(phone)}/typing`))
        .typing,
    /** Changes a chat on the phone. */
    changeChat: (phone: string, change: ChangeChat): Promise<void> =>
      call('POST', `/phones/${encodeURIComponent(phone)}/chats`, change),

    /**
     * The first message that `predicate` accepts, of those received (or, by `direction`, those the phone's own companions
     * sent). Polls long, never sleeps. Rejects after `timeoutMs`.
     */
    waitForMessage: async (
      phone: string,
      predicate: (message: ReceivedMessage) => boolean,
      timeoutMs = 10_000,
      direction: ListMessages['direction'] = 'in',
    ): Promise<ReceivedMessage> => {
      const deadline = Date.now() + timeoutMs;
      let after = 0;
      for (;;) {
        const waitMs = Math.max(0, Math.min(POLL_MS, deadline - Date.now()));
        const page = await messages(phone, { after, waitMs, direction });
        const found = page.messages.find(predicate);
        if (found) return found;
        after = page.next;
        if (Date.now() >= deadline) throw new Error(`${phone} got no such message within ${timeoutMs} ms`);
      }
    },

    createGroup: (group: CreateGroup): Promise<GroupView> => call('POST', '/groups', group),
    groups: async (): Promise<GroupView[]> => (await call<{ groups: GroupView[] }>('GET', '/groups')).groups,
    group: (group: string): Promise<GroupView> => call('GET', `/groups/${group}`),
    /** A phone does something in a group, with the result for each person that it is done to. */
    actInGroup: (group: string, act: GroupAct): Promise<GroupResults> => call('POST', `/groups/${group}/acts`, act),
    /** A phone follows a group's link. */
    joinGroup: (by: string, code: string): Promise<GroupResults> => call('POST', '/groups/join', { by, code }),
    createChannel: (channel: CreateChannel): Promise<ChannelView> => call('POST', '/channels', channel),
    channel: (channel: string): Promise<ChannelView> => call('GET', `/channels/${channel}`),
    /** A phone does something in a channel. */
    actInChannel: (channel: string, act: ChannelAct): Promise<ChannelView> =>
      call('POST', `/channels/${channel}/acts`, act),
    /** What others see of a person, what they may see, and whom the person has blocked. */
    face: (phone: string): Promise<FaceView> => call('GET', `/phones/${encodeURIComponent(phone)}/face`),
    changeFace: (
      phone: string,
      change: { about?: string; pictureBase64?: string | null; business?: Business | null },
    ): Promise<FaceView> => call('PATCH', `/phones/${encodeURIComponent(phone)}/face`, change),
    /** By WhatsApp's names, such as `{profile: 'none'}`. */
    setPrivacy: (phone: string, settings: Record<string, string>): Promise<FaceView> =>
      call('PUT', `/phones/${encodeURIComponent(phone)}/privacy`, settings),
    /** From now on what the account sends under its LID does not tell its number. */
    hidePhone: (phone: string, hidden = true): Promise<PhoneView> =>
      call('PUT', `/phones/${encodeURIComponent(phone)}/phone-hidden`, { hidden }),
    /** Puts a file on the media hosts, encrypted; what comes back goes into `imageMessage` and its like. */
    uploadMedia: (phone: string, kind: PhoneMediaKind, bytes: Uint8Array): Promise<MediaDescriptor> =>
      call('POST', `/phones/${encodeURIComponent(phone)}/media?kind=${kind}`, bytes),
    /** Downloads and decrypts what a received message carries. */
    openMedia: (phone: string, id: string): Promise<OpenedMedia> =>
      call('GET', `/phones/${encodeURIComponent(phone)}/messages/${encodeURIComponent(id)}/media`),
    media: async (): Promise<StoredMedia[]> => (await call<{ media: StoredMedia[] }>('GET', '/media')).media,
    /** The media hosts forget a file, or all; with `forgotten`, phones too. Resolves with how many. */
    expireMedia: async (what: { sha256?: string; forgotten?: boolean } = {}): Promise<number> =>
      (await call<{ expired: number }>('POST', '/media/expire', what)).expired,
    /** Phones have a file again that they had forgotten; the media hosts have not. */
    rememberMedia: async (sha256: string): Promise<number> =>
      (await call<{ remembered: number }>('POST', '/media/remember', { sha256 })).remembered,
    addMediaFault: (rule: MediaFaultRule): Promise<ActiveMediaFault> => call('POST', '/media/faults', rule),
    mediaFaults: async (): Promise<ActiveMediaFault[]> =>
      (await call<{ faults: ActiveMediaFault[] }>('GET', '/media/faults')).faults,
    clearMediaFaults: (): Promise<void> => call('DELETE', '/media/faults'),

    /** Bans the account (403 unless told otherwise): its connections end, its log-ins fail. */
    ban: (phone: string, code?: number): Promise<PhoneView> =>
      call('PUT', `/phones/${encodeURIComponent(phone)}/ban`, { code }),
    unban: (phone: string): Promise<void> => call('DELETE', `/phones/${encodeURIComponent(phone)}/ban`),
    /** Refuses what the account's companions send to people who never wrote (463), until it lifts by the clock. */
    restrict: (phone: string, body: { forMs: number; enforcementType?: EnforcementType }): Promise<PhoneView> =>
      call('PUT', `/phones/${encodeURIComponent(phone)}/restriction`, body),
    liftRestriction: (phone: string): Promise<void> =>
      call('DELETE', `/phones/${encodeURIComponent(phone)}/restriction`),
    /**
     * Lets the account's companions send so many messages to people who never wrote, of which they have sent `used`: they are refused
     * (463) when that is all of them, until it is counted anew by the clock. The stand-in does not count by itself.
     */
    capNewChats: (phone: string, cap: { total: number; used?: number; forMs: number }): Promise<PhoneView> =>
      call('PUT', `/phones/${encodeURIComponent(phone)}/new-chat-cap`, cap),
    liftNewChatCap: (phone: string): Promise<void> =>
      call('DELETE', `/phones/${encodeURIComponent(phone)}/new-chat-cap`),
    /** From now on linking to the account ends in a request for a passkey. */
    requirePasskey: (phone: string, required = true): Promise<PhoneView> =>
      call('PUT', `/phones/${encodeURIComponent(phone)}/passkey`, { required }),
    /** Limits each account's queries (429); what is not named is not limited. */
    setLimits: (limits: RateLimitSettings): Promise<RateLimitReport> => call('PUT', '/limits', limits),
    limits: (): Promise<RateLimitReport> => call('GET', '/limits'),
    clearLimits: (): Promise<void> => call('DELETE', '/limits'),

    unknown: async (): Promise<UnknownRequest[]> =>
      (await call<{ unknown: UnknownRequest[] }>('GET', '/unknown')).unknown,
    trace: async (filter: { phone?: string; device?: number; connection?: string } = {}): Promise<TraceLine[]> =>
      (await call<{ lines: TraceLine[] }>('GET', `/trace${queryString(filter)}`)).lines,
    sockets: async (phone?: string): Promise<SocketCount[]> =>
      (await call<{ sockets: SocketCount[] }>('GET', `/sockets${queryString({ phone })}`)).sockets,
    socketEvents: async (phone?: string): Promise<SocketEvent[]> =>
      (await call<{ events: SocketEvent[] }>('GET', `/sockets/events${queryString({ phone })}`)).events,
    /** Breaks every connection, or those of one phone, with a TCP reset; resolves with how many. */
    resetSockets: async (phone?: string): Promise<number> =>
      (await call<{ reset: number }>('POST', '/sockets/reset', phone === undefined ? {} : { phone })).reset,
    /** Stops serving every logged-in connection, or those of one phone, while it stays up; resolves with how many. */
    halfOpenSockets: async (phone?: string): Promise<number> =>
      (await call<{ halfOpened: number }>('POST', '/sockets/half-open', phone === undefined ? {} : { phone }))
        .halfOpened,

    addFault: (rule: FaultRule): Promise<ActiveFault> => call('POST', '/faults', rule),
    faults: async (): Promise<ActiveFault[]> => (await call<{ faults: ActiveFault[] }>('GET', '/faults')).faults,
    removeFault: (id: string): Promise<void> => call('DELETE', `/faults/${encodeURIComponent(id)}`),
    clearFaults: (): Promise<void> => call('DELETE', '/faults'),
  };
}

/** Bytes as they are, everything else as JSON. */
function encoded(body: unknown): { headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> } {
  if (!(body instanceof Uint8Array))
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return { headers: { 'content-type': 'application/octet-stream' }, body: new Uint8Array(body) };
}

function queryString(query: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
