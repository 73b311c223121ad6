import type { ChannelPost, GroupInfo, Identity, MediaSource, OutboundContent, StoredMedia } from '@multiwa/contracts';
import type {
  Arrival,
  ArrivalOf,
  ChannelCalls,
  GroupCalls,
  GroupRequestUpdate,
  GroupUpdate,
  ReceiptUpdate,
  SendOutcome,
} from './engine.js';
import type { HistoryPiece } from './history.js';
import type { PeopleQueries } from './people-queries.js';

/** Message ids, and whatever else a case of the suite may want of a person on the simulated network. */
export interface PhoneRecord {
  id: string;
  text: string;
  content: { [field: string]: unknown };
  /** JID of the group that it was written in. */
  group?: string;
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

/** A group as the network has it, which no engine can make look otherwise. */
export interface GroupOnNetwork {
  kind: string;
  /** JID of the community that it belongs to. */
  parent: string | null;
  subject: string;
  description: string | null;
  announce: boolean;
  locked: boolean;
  joinApproval: boolean;
  membersAdd: boolean;
  ephemeralSeconds: number;
  members: { phone: string; role: string }[];
  /** Phones of those who asked to be let in. */
  requests: string[];
}

/** The other side of a session under test, as far as groups go. */
export interface GroupBench {
  network(chat: string): Promise<GroupOnNetwork>;
  /** The friend does something in a group, in the network's own words. */
  friendActs(chat: string, act: object): Promise<unknown>;
  /** The friend follows a group's link. */
  friendJoins(code: string): Promise<unknown>;
  /** The friend writes to a group; resolves with the message's id. */
  friendWrites(chat: string, content: object): Promise<string>;
  /** The first thing that the engine told of a group, past or future, that fits. */
  told(chat: string, fits: (group: GroupInfo | null) => boolean): Promise<GroupUpdate>;
  /** Who the engine said wants to be let into a group. */
  requested(chat: string): Promise<GroupRequestUpdate>;
}

/** A session under test: linked and open, with everything that arrived for it. */
export interface Bench {
  self: Identity;
  friend: Friend;
  people: PeopleQueries;
  groups: GroupCalls;
  groupBench: GroupBench;
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
  /**
   * Links another number, whose phone has kept four messages of this friend from before: two texts and two pictures; resolves with
   * what is read of them, once the phone has handed over all.
   */
  imports(): Promise<HistoryPiece[]>;
  /** Logs another number out; resolves with whether WhatsApp unlinked it. */
  logsOut(): Promise<boolean>;
}

/** Rejects when an engine does not what it claims. */
export type Case = (bench: Bench) => Promise<void>;
