import type { FactPayload } from '@multiwa/bus';
import type {
  ArrivalKind,
  CallFact,
  Capability,
  ChannelAnswer,
  ChannelCall,
  ChannelCountsFact,
  ChannelPostFact,
  ChannelRequest,
  ChatAction,
  ChatChangedFact,
  FailureCode,
  GroupAnswer,
  GroupCall,
  GroupInfo,
  GroupPictureFact,
  GroupRequest,
  GroupRequestFact,
  Identity,
  MediaSource,
  OutboundContent,
  PresenceFact,
  Restriction,
  RestrictionKind,
  ShownPresence,
} from '@multiwa/contracts';
import type { EngineType } from '@multiwa/db';
import type { Disconnect } from '@multiwa/domain';
import type { PassPoint } from '@multiwa/runtime';
import type { Logger } from '../logger.js';
import type { SessionStore } from '../state/session-store.js';
import type { HistoryNotes, HistoryReader } from './history.js';
import type { Journaled } from './journaled.js';
import type { OutboundFiles } from './media.js';
import type { PeopleQueries } from './people-queries.js';

/** What an arrival of this kind says, without whom it arrived for. */
export type ArrivalOf<K extends ArrivalKind> = {
  kind: K;
  payload: Omit<FactPayload<K>, 'profileId' | 'workspaceId' | 'at'>;
};

/** What WhatsApp delivered as a message, already in our words: a message, or something about an earlier one. */
export type Arrival = { [K in ArrivalKind]: ArrivalOf<K> }[ArrivalKind];

/** What became of messages sent earlier. */
export interface ReceiptUpdate {
  waMessageId: string;
  chat: string;
  status: 'DELIVERED' | 'READ' | 'PLAYED';
  at: Date;
  /** In a group, which member it is that got, read or played it; of a status, who saw it. */
  participant?: Identity;
}

/** A group as it is now; null when the number is no longer in it. */
export interface GroupUpdate {
  chat: string;
  group: GroupInfo | null;
  /** Who changed it, when WhatsApp said so. */
  actor: Identity | null;
  at: Date;
}

/** Somebody wants to be let into a group, or wants it no longer. */
export type GroupRequestUpdate = Pick<GroupRequestFact, 'chat' | 'person' | 'state' | 'noticeId'> & { at: Date };

/** A group has another picture, or none any more. */
export type GroupPictureUpdate = Pick<GroupPictureFact, 'chat' | 'pictureId' | 'actor' | 'noticeId'> & { at: Date };

/** What can be asked of groups, as the contracts name it. Each rejects with a CodedError when WhatsApp refuses. */
export type GroupCalls = { [C in GroupCall]: (request: GroupRequest<C>) => Promise<GroupAnswer<C>> };

/** What can be asked of channels, likewise. */
export type ChannelCalls = { [C in ChannelCall]: (request: ChannelRequest<C>) => Promise<ChannelAnswer<C>> };

/** Somebody posted to a channel that the number follows. */
export type ChannelPostSeen = Pick<ChannelPostFact, 'chat' | 'post'>;

/** How posts of a channel count now. */
export type ChannelCountsSeen = Pick<ChannelCountsFact, 'chat' | 'posts'>;

/** What another device of the account did to a chat. */
export type ChatChanged = Omit<ChatChangedFact, 'profileId' | 'workspaceId'>;

/** What somebody shows in a chat. */
export type PresenceSeen = Omit<PresenceFact, 'profileId' | 'workspaceId' | 'eventId'>;

/** A call that rings, or has ended. */
export type CallSeen = Omit<CallFact, 'profileId' | 'workspaceId' | 'rejectedBy'>;

export type { Journaled };

/** Where received messages go. */
export interface Inbox {
  /** Whether an arrival is to be kept at all: of statuses only where the profile's settings ask for them. */
  wants(arrival: Arrival): boolean;
  /** Resolves when there is room for more: the engine takes nothing from WhatsApp while there is none. */
  room(): Promise<void>;
  /**
   * Makes the journal entry of an arrival; the engine commits it together with its own state. `traceparent`: of the trace that
   * began with its arrival, if any.
   */
  entry(arrival: Arrival, traceparent?: string): Journaled;
  /** Whether a message with WhatsApp's id was journaled or stored before; asked of one that cannot be decrypted. */
  has(waMessageId: string): Promise<boolean>;
  /** To be called after that commit, in the order of arrival: says the message on, then clears the entry. */
  publish(entries: readonly Journaled[]): void;
}

/** A message as it was sent. */
export type SentMessage = Omit<OutboundMessage, 'waMessageId'>;

/** What an engine needs to know of a profile. */
export interface Session {
  readonly profileId: string;
  /** Names the profile and the generation in each line. */
  readonly logger: Logger;
  readonly store: SessionStore;
  readonly inbox: Inbox;
  /** Where the phone's words about its history go. */
  readonly history: HistoryNotes;
  /** To be told at every crash point that the engine passes: those of sending up to the ack, of receiving up to the receipt. */
  readonly at: PassPoint;
  /** A message that this profile sent, by WhatsApp's id alone; for a recipient that asks for it again. */
  sentMessage(waMessageId: string): Promise<SentMessage | undefined>;
  /** The files that it sends. */
  readonly files: OutboundFiles;
  /** Whether any group of the number was ever told. */
  knowsGroups(): Promise<boolean>;
}

/** What an engine tells. None of them may throw. */
export interface ConnectionCallbacks {
  /** A QR code to link with; a later one replaces it. */
  qr(text: string, expiresAt: Date): void;
  /** The number is linked and the connection works. */
  opened(self: Identity): void;
  /** Receipts: resolves once they are durable, and only then may the engine confirm them to WhatsApp. */
  receipts(updates: readonly ReceiptUpdate[]): Promise<void>;
  /** How a group is now. Resolves once it is durable, and only then may the engine confirm what it learned it from. */
  group(update: GroupUpdate): Promise<void>;
  /** Likewise. */
  groupRequest(update: GroupRequestUpdate): Promise<void>;
  /** Likewise. */
  groupPicture(update: GroupPictureUpdate): Promise<void>;
  /** All groups that the number is in, after it was asked for them. Likewise. */
  groupList(chats: readonly string[], at: Date): Promise<void>;
  /** What other devices of the account did to chats: resolves once it is durable. */
  chatsChanged(changes: readonly ChatChanged[]): Promise<void>;
  /** Somebody posted to a channel: resolves once it is durable, and only then may the engine confirm it. */
  channelPost(seen: ChannelPostSeen): Promise<void>;
  /** How posts count now. Nobody waits for it and it may be lost. */
  channelCounts(seen: ChannelCountsSeen): void;
  /** Somebody whose presence is followed shows something. Nobody waits for it and it may be lost. */
  presence(seen: PresenceSeen): void;
  /** A call rings, or has ended. */
  call(seen: CallSeen): void;
  /** Something came in: a sign of life, or more, a message, receipt or notification. Called for each, so it is cheap. */
  heard(what: 'anything' | 'stanza'): void;
  /** WhatsApp has said whether it restricts the number in this way: null for no. Told at each log-in and with each change. */
  restricted<K extends RestrictionKind>(kind: K, restriction: Extract<Restriction, { kind: K }> | null): void;
  /** WhatsApp has named people by phone and LID. May come again, and for people who are known. */
  learned(people: readonly Identity[]): void;
  /** The connection is over, for whatever reason. Called exactly once; nothing else is called after it. */
  closed(cause: Disconnect): void;
}

/** What a chat shows of us; `recording`: a voice note. */
export type TypingState = 'composing' | 'recording' | 'paused';

export interface OutboundMessage {
  waMessageId: string;
  chat: string;
  content: OutboundContent;
  /** The timer of the chat's disappearing messages; undefined for none. */
  expiresInSeconds?: number | undefined;
}

/** `sent`: WhatsApp has it (in a group, for so many others). `failed`: it never will. `retry`: again later, under the same id. */
export type SendOutcome =
  | { kind: 'sent'; at: Date; recipients?: number }
  | { kind: 'failed'; code: FailureCode; detail: string | null }
  | { kind: 'retry'; detail: string };

/** The connection is gone: whether WhatsApp got what was being sent is unknown. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

/** One connection of one profile, from `open` to `closed`. It never reconnects by itself. */
export interface Connection {
  /** What may be asked about people and about the number itself, once the connection is open. */
  readonly people: PeopleQueries;
  /** Absent where the engine cannot. */
  readonly groups?: GroupCalls;
  /** Likewise. */
  readonly channels?: ChannelCalls;
  /** What the phone has kept from before the link. */
  readonly history: HistoryReader;
  /**
   * Sends one message and waits for WhatsApp's ack, at most timing.send.ackTimeoutMs. It must use the given id, must not
   * look anything up that the send does not need, and must not retry: the caller decides. Not ordered among calls.
   * @throws ConnectionLostError
   */
  send(message: OutboundMessage): Promise<SendOutcome>;
  /**
   * Tells WhatsApp of a change of a chat. Doing it twice changes nothing. @throws ConnectionLostError; any other error: it
   * was not done, and may be tried again
   */
  changeChat(chat: string, action: ChatAction): Promise<void>;
  /** Shows everybody (no chat), or one chat, what the number is doing. @throws ConnectionLostError */
  showPresence(chat: string | null, state: ShownPresence): Promise<void>;
  /** Asks WhatsApp for the presence of a chat from now on, or tells of it no longer. @throws ConnectionLostError */
  followPresence(chat: string, follow: boolean): Promise<void>;
  /** Rejects a call that rings. @throws ConnectionLostError */
  rejectCall(call: Pick<CallSeen, 'waCallId' | 'fromJid'>): Promise<void>;
  /** Shows a chat that we type, or have stopped. Nobody waits for it and it may be lost. @throws ConnectionLostError */
  showTyping(chat: string, state: TypingState): Promise<void>;
  /**
   * Does ahead what a send would take long with: uploads its file. Undefined when `send` may follow.
   * @throws ConnectionLostError
   */
  prepare(
    message: Pick<OutboundMessage, 'chat' | 'content'>,
  ): Promise<Exclude<SendOutcome, { kind: 'sent' }> | undefined>;
  /** The bytes of a received file while they come, checked by the time the last one has. @throws MediaFetchError */
  downloadMedia(source: MediaSource, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Asks the own phone for a file that WhatsApp keeps no longer; its new path there, undefined when the phone has it not, or when
   * `ended` comes first.
   */
  requestMedia(source: MediaSource, ended: AbortSignal): Promise<string | undefined>;
  /**
   * A code to type on the phone instead of scanning. @throws CodedError profile_already_linked, profile_not_connected
   */
  requestPairingCode(phone: string): Promise<{ code: string; expiresAt: Date }>;
  /** Unlinks the number at WhatsApp and closes. Must not touch what is stored. @throws ConnectionLostError */
  logout(): Promise<void>;
  /**
   * Takes nothing more from WhatsApp, and resolves when what has come in is stored and confirmed, or after a while. Before a
   * `close` in order: what was decrypted here and not confirmed comes again to the next owner, who cannot decrypt it twice.
   */
  rest(): Promise<void>;
  /** Asks WhatsApp for a sign of life, which is then heard. Never throws. */
  probe(): void;
  /** Asks WhatsApp how the number is restricted; the answers are told as `restricted`. Never throws. */
  askRestriction(): void;
  /**
   * Closes the socket without logging out, within CLOSE_TIMEOUT_MS. Never throws; `closed` follows if it had not been
   * called.
   */
  close(): Promise<void>;
  /** Breaks the socket without a word to the other side, which may not hear it any more; `closed` follows at once. */
  destroy(): void;
}

/** The way to WhatsApp. */
export interface Route {
  /** All traffic of the session goes through it; undefined for the straight way. */
  proxyUrl: string | undefined;
  /** If this connection links the number, its phone is asked for all that it has kept. */
  fullHistory?: boolean;
}

/** How long the other side may take to say goodbye, in milliseconds. */
export const CLOSE_TIMEOUT_MS = 2_000;

export interface Engine {
  readonly type: EngineType;
  readonly capabilities: readonly Capability[];
  /**
   * Starts a connection: links when nothing is stored, else logs in. Resolves before either is done; what happens is told
   * through `callbacks`. Must not delete stored credentials, whatever WhatsApp says.
   * @throws UnreadableError when the stored credentials cannot be opened; GuardedFetchError for a proxy at an address that may
   * not be called
   */
  open(session: Session, callbacks: ConnectionCallbacks, route: Route): Promise<Connection>;
}
