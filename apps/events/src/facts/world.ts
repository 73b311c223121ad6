import {
  type ChatChangedFact,
  type EventData,
  type EventRecord,
  type EventType,
  eventOf,
  type Identity,
} from '@multiwa/contracts';
import type {
  ContactState,
  ContentChange,
  ConversationChange,
  MessageState,
  PersonJoined,
  ProfileState,
  ReactionState,
  ReceiptState,
  ReceivedMediaState,
  VoteState,
} from '@multiwa/db';
import { chatOfPhone, newId } from '@multiwa/domain';
import type { MediaLinks } from '@multiwa/media';
import type { CallSeen } from './call-seen.js';
import { ContactBook } from './contact-book.js';
import { GroupBook, type KnownGroups } from './group-book.js';
import { HistoryBook } from './history-book.js';
import { MediaBook } from './media-book.js';
import { MessageBook } from './message-book.js';
import { OpinionBook } from './opinion-book.js';
import { ReceiptBook } from './receipt-book.js';
import type { TimerChange } from './timer-change.js';

/** What became of one fact. */
export type FactOutcome =
  | 'applied'
  | 'unchanged'
  | 'message_unknown'
  /** It waits for the message that it is about. */
  | 'kept'
  | 'unreadable'
  | 'profile_unknown'
  | 'workspace_mismatch';

/** What events show of files. */
export type ShownLinks = Pick<MediaLinks, 'show' | 'showContent'>;

/** For those who look at rows only. */
export const withoutLinks: ShownLinks = {
  show: (media) => ({ ...media, url: null }),
  showContent: (content) => content,
};

/** The rows that facts are about, as they are. */
export interface KnownRows {
  profiles: ProfileState[];
  contacts: ContactState[];
  messages: MessageState[];
  groups: KnownGroups;
  receipts: ReceiptState[];
  reactions: ReactionState[];
  votes: VoteState[];
  media: ReceivedMediaState[];
  history: ConstructorParameters<typeof HistoryBook>[0];
}

/** The rows a batch of facts is about, as they are and as the facts make them; written in one go at the end. */
export class World {
  readonly contacts: ContactBook;
  readonly messages: MessageBook;
  readonly groups: GroupBook;
  readonly receipts: ReceiptBook;
  readonly reactions: OpinionBook<ReactionState>;
  readonly votes: OpinionBook<VoteState>;
  readonly media: MediaBook;
  readonly history: HistoryBook;
  /** What messages come to say, in order. */
  readonly contentChanges: ContentChange[] = [];
  readonly events: EventRecord[] = [];
  /** Applied when the messages of the batch are stored. */
  readonly calls: CallSeen[] = [];
  readonly chatChanges: ChatChangedFact[] = [];
  readonly timers: TimerChange[] = [];
  /** Others in groups, by profile and chat: as many get what the number’s other devices write there. */
  readonly groupSizes = new Map<string, number>();
  /** Of the fact that is being applied: what it leads to goes on with its trace. */
  traceparent: string | null | undefined;
  readonly #profiles: Map<string, ProfileState>;
  readonly #changedProfiles = new Set<string>();
  readonly #conversations = new Map<string, ConversationChange>();
  readonly #joined = new Map<string, PersonJoined>();

  constructor(
    known: KnownRows,
    /** Makes the links that events carry. */
    readonly links: ShownLinks,
  ) {
    this.#profiles = new Map(known.profiles.map((profile) => [profile.id, profile]));
    this.contacts = new ContactBook(known.contacts);
    this.messages = new MessageBook(known.messages);
    this.groups = new GroupBook(known.groups);
    this.receipts = new ReceiptBook(known.receipts);
    this.reactions = new OpinionBook(known.reactions);
    this.votes = new OpinionBook(known.votes);
    this.media = new MediaBook(known.media);
    this.history = new HistoryBook(known.history);
  }

  /** The profile that a fact speaks for, or why it cannot speak for it. */
  profileOf(fact: { profileId: string; workspaceId: string }): ProfileState | 'profile_unknown' | 'workspace_mismatch' {
    const profile = this.#profiles.get(fact.profileId);
    if (!profile) return 'profile_unknown';
    return profile.workspaceId === fact.workspaceId ? profile : 'workspace_mismatch';
  }

  changeProfile(profile: ProfileState, change: Partial<ProfileState>): void {
    Object.assign(profile, change);
    this.#changedProfiles.add(profile.id);
  }

  /** Moves a conversation on to a message, making the conversation if need be. */
  moveConversation(move: Omit<ConversationChange, 'id'>): void {
    const key = `${move.profileId} ${move.chat}`;
    const before = this.#conversations.get(key);
    const last = before && before.lastMessageAt > move.lastMessageAt ? before : move;
    this.#conversations.set(key, {
      id: before?.id ?? newId(),
      profileId: move.profileId,
      chat: move.chat,
      contactId: before?.contactId ?? move.contactId,
      unreadBy: (before?.unreadBy ?? 0) + move.unreadBy,
      lastMessageId: last.lastMessageId,
      lastMessageAt: last.lastMessageAt,
      ephemeralSeconds: last.ephemeralSeconds ?? before?.ephemeralSeconds ?? null,
    });
  }

  /** The contact of an identity; what is news of it is announced. */
  meet(profile: ProfileState, identity: Identity, pushName: string | null): ContactState {
    const met = this.contacts.meet(profile.id, identity, pushName);
    const { phone, lid, id: contactId } = met.contact;
    const person = { phone, lid, contactId, name: met.contact.name ?? met.contact.pushName };
    if (met.isNew) this.announce(profile, 'contact.created', person);
    if (met.isCompleted) this.joinChats(met.contact, met.merged?.id);
    if (met.merged && phone !== null) {
      const chats = { chat: chatOfPhone(phone), mergedChat: `${lid}@lid` };
      this.announce(profile, 'contact.merged', { ...person, ...chats, mergedContactId: met.merged.id });
    } else if (met.isChanged) {
      this.announce(profile, 'contact.updated', { ...person, pushName: met.contact.pushName });
    }
    return met.contact;
  }

  /** What a known person is called, where nobody has said so yet; announced. @returns whether it was news */
  nameContact(
    profile: ProfileState,
    identity: Identity,
    names: { name: string | null; pushName: string | null },
  ): boolean {
    const before = this.events.length;
    // Both halves may be news too.
    const { phone, lid } = this.meet(profile, identity, null);
    const named = this.contacts.name(profile.id, identity, names);
    if (named) {
      const { id: contactId, name, pushName } = named;
      this.announce(profile, 'contact.updated', { phone, lid, contactId, name: name ?? pushName, pushName });
    }
    return this.events.length > before;
  }

  /** What went by a person's LID goes by the phone: their messages, conversation and what else names them. */
  joinChats({ id: contactId, profileId, phone, lid }: ContactState, mergedContactId?: string): void {
    if (phone === null || lid === null) return;
    const before = this.#joined.get(contactId);
    this.#joined.set(contactId, {
      profileId,
      contactId,
      mergedContactId: mergedContactId ?? before?.mergedContactId ?? null,
      phone,
      lid,
      fromChat: `${lid}@lid`,
      toChat: chatOfPhone(phone),
    });
  }

  announce<T extends EventType>(
    profile: ProfileState,
    type: T,
    data: EventData<T>,
    traceparent: string | null | undefined = this.traceparent,
  ): void {
    const { id: profileId, workspaceId } = profile;
    this.events.push(eventOf(type, { id: newId(), workspaceId, profileId, data, traceparent }));
  }

  changedProfiles(): ProfileState[] {
    return [...this.#changedProfiles].flatMap((id) => this.#profiles.get(id) ?? []);
  }

  conversations(): ConversationChange[] {
    return [...this.#conversations.values()];
  }

  /** Groups whose conversations are to be called as they are. */
  namedGroups(): { profileId: string; chat: string }[] {
    const touched = [...this.groups.changed(), ...this.conversations(), ...this.chatChanges];
    return touched.filter(({ chat }) => chat.endsWith('@g.us')).map(({ profileId, chat }) => ({ profileId, chat }));
  }

  joined(): PersonJoined[] {
    return [...this.#joined.values()];
  }
}
