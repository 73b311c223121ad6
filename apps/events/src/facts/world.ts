import { type EventData, type EventRecord, type EventType, eventOf } from '@multiwa/contracts';
import type { ContactState, ConversationChange, MessageState, ProfileState } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { ContactBook } from './contact-book.js';
import { MessageBook } from './message-book.js';

/** What became of one fact. */
export type FactOutcome = 'applied' | 'unchanged' | 'message_unknown' | 'profile_unknown' | 'workspace_mismatch';

/** The rows a batch of facts is about, as they are and as the facts make them; written in one go at the end. */
export class World {
  readonly contacts: ContactBook;
  readonly messages: MessageBook;
  readonly events: EventRecord[] = [];
  /** Of the fact that is being applied: what it leads to goes on with its trace. */
  traceparent: string | null | undefined;
  readonly #profiles: Map<string, ProfileState>;
  readonly #changedProfiles = new Set<string>();
  readonly #conversations = new Map<string, ConversationChange>();

  constructor(known: { profiles: ProfileState[]; contacts: ContactState[]; messages: MessageState[] }) {
    this.#profiles = new Map(known.profiles.map((profile) => [profile.id, profile]));
    this.contacts = new ContactBook(known.contacts);
    this.messages = new MessageBook(known.messages);
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
    });
  }

  /** The contact of an identity, announced when it is new. */
  meet(profile: ProfileState, identity: { phone: string | null; lid: string | null }, pushName: string | null) {
    const { contact, isNew } = this.contacts.meet(profile.id, identity, pushName);
    if (isNew) {
      const { phone, lid, id: contactId } = contact;
      this.announce(profile, 'contact.created', { phone, lid, contactId, name: contact.pushName });
    }
    return contact;
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
}
