import type { ChannelPost, Identity, MediaSource, OutboundContent, StoredMedia } from '@multiwa/contracts';
import type { Arrival, ArrivalOf, ChannelCalls, GroupCalls, ReceiptUpdate, SendOutcome } from './engine.js';
import type { PeopleQueries } from './people-queries.js';

/** Message ids, and whatever else a case of the suite may want of a person on the simulated network. */
export interface PhoneRecord {
  id: string;
  text: string;
  content: { [field: string]: unknown };
}

/** A person with a phone on the simulated network. */
export interface Friend extends Identity {
  chat: string;
  /** Sends any message of WhatsApp's; resolves with its id. */
  send(content: PhoneRecord['content']): Promise<string>;
  /** Chooses options of a poll that this phone has. */
  vote(pollId: string, options: string[]): Promise<string>;
  /** Posts a status that the session under test may see; resolves with its id. */
  post(content: PhoneRecord['content']): Promise<string>;
  /** Makes a channel of this phone’s own. */
  makeChannel(name: string): Promise<{ chat: string; inviteCode: string }>;
  /** Posts to a channel of its own. */
  postTo(chat: string, content: PhoneRecord['content']): Promise<void>;
  /** Reads what arrived under this id, and lets its sender know. */
  read(id: string): Promise<void>;
  /** The message that arrived under this id. */
  received(id: string): Promise<PhoneRecord>;
  /** Sends a file of its own in this field of WhatsApp's message, with what else the message says. */
  sendFile(field: string, beside?: object): Promise<{ id: string; sha256: string }>;
  /** The hash of the file that arrived with the message, downloaded and decrypted. */
  opened(id: string): Promise<string>;
}

/** A session under test: linked and open, with everything that arrived for it. */
export interface Bench {
  self: Identity;
  friend: Friend;
  people: PeopleQueries;
  groups: GroupCalls;
  channels: ChannelCalls;
  /** Sends to any address and expects that WhatsApp took it; resolves with the id. */
  sendTo(chat: string, content: OutboundContent): Promise<string>;
  /** What becomes of a send. */
  attempt(chat: string, content: OutboundContent): Promise<SendOutcome>;
  /** The post that arrived from a channel under this number. */
  channelPost(chat: string, serverId: number): Promise<ChannelPost>;
  /** Sends and expects that WhatsApp took it; resolves with the id. */
  send(content: OutboundContent, expiresInSeconds?: number): Promise<string>;
  /** Posts a status and expects that WhatsApp took it; resolves with the id. */
  post(content: OutboundContent): Promise<string>;
  /** What was told of a message that was sent. */
  receipt(waMessageId: string, status: ReceiptUpdate['status']): Promise<ReceiptUpdate>;
  /** A file to be sent. */
  file(mimeType: string): StoredMedia;
  /** The hash of a received file, as the engine fetches it. */
  fetched(source: MediaSource): Promise<string>;
  /** The arrival of this kind under WhatsApp's id. */
  arrival<K extends Arrival['kind']>(kind: K, waMessageId: string): Promise<ArrivalOf<K>['payload']>;
  /** Opens sessions of other numbers: each is linked by the way named. */
  link(way: 'qr' | 'code'): Promise<void>;
  /** Logs another number out; resolves with whether WhatsApp unlinked it. */
  logsOut(): Promise<boolean>;
}

export type Case = (bench: Bench) => Promise<void>;
