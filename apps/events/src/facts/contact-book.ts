import type { Identity } from '@multiwa/contracts';
import type { ContactState } from '@multiwa/db';
import { newId } from '@multiwa/domain';

type Entry = ContactState & { state: 'known' | 'changed' | 'new' };

/** What meeting a person brought. */
export interface Met {
  contact: ContactState;
  isNew: boolean;
  /** Something was learned of a contact that was there before. */
  isChanged: boolean;
  /** Both halves are known since now. */
  isCompleted: boolean;
  /** The contact that turned out to be the same person and is no more. */
  merged: ContactState | undefined;
}

/** The contacts that a batch of facts is about, each findable by either half of its identity. */
export class ContactBook {
  readonly #byPhone = new Map<string, Entry>();
  readonly #byLid = new Map<string, Entry>();
  readonly #entries: Entry[] = [];
  /** Contacts that another one has taken in. They are no longer found, and give their halves up before anything is written. */
  readonly #merged: Entry[] = [];

  constructor(known: readonly ContactState[]) {
    for (const contact of known) this.#file({ ...contact, state: 'known' });
  }

  /**
   * The contact of this identity, made when unknown. A half that is learned is filled in. Where another contact has it and
   * nothing more, the two are one person, and the one with the phone takes the other in. Halves that contradict each other
   * (a number that went to somebody else) join nobody.
   */
  meet(profileId: string, identity: Identity, pushName: string | null): Met {
    const found = this.#find(profileId, identity);
    if (!found) {
      const entry: Entry = {
        id: newId(),
        profileId,
        ...identity,
        name: null,
        pushName,
        hasWritten: false,
        state: 'new',
      };
      this.#file(entry);
      return { contact: entry, isNew: true, isChanged: false, isCompleted: false, merged: undefined };
    }
    const wasComplete = found.phone !== null && found.lid !== null;
    const merged = this.#takeIn(found, identity);
    const phone = found.phone ?? this.#free(this.#byPhone, profileId, identity.phone);
    const lid = found.lid ?? this.#free(this.#byLid, profileId, identity.lid);
    const name = pushName ?? found.pushName ?? merged?.pushName ?? null;
    const isChanged = phone !== found.phone || lid !== found.lid || name !== found.pushName;
    if (isChanged || merged) {
      Object.assign(found, { phone, lid, pushName: name });
      if (found.state === 'known') found.state = 'changed';
      this.#index(found);
    }
    return {
      contact: found,
      isNew: false,
      isChanged,
      isCompleted: !wasComplete && phone !== null && lid !== null,
      merged,
    };
  }

  /** Whether either half of this identity is known. */
  has(profileId: string, identity: Identity): boolean {
    return this.#find(profileId, identity) !== undefined;
  }

  /** What the person calls themselves, where that is known. */
  pushNameOf(profileId: string, identity: Identity): string | null {
    return this.#find(profileId, identity)?.pushName ?? null;
  }

  /** Fills in what a known person is called where nothing is known of it; undefined when that changes nothing. */
  name(
    profileId: string,
    identity: Identity,
    { name, pushName }: { name: string | null; pushName: string | null },
  ): ContactState | undefined {
    const found = this.#find(profileId, identity);
    if (!found) return undefined;
    const named = { name: found.name ?? name, pushName: found.pushName ?? pushName };
    if (named.name === found.name && named.pushName === found.pushName) return undefined;
    Object.assign(found, named);
    if (found.state === 'known') found.state = 'changed';
    return found;
  }

  /** What is known of this identity, completed by the row that has either half. */
  complete(profileId: string, identity: Identity): Identity {
    const found = this.#find(profileId, identity);
    return { phone: identity.phone ?? found?.phone ?? null, lid: identity.lid ?? found?.lid ?? null };
  }

  added(): ContactState[] {
    return this.#entries.filter(({ state }) => state === 'new');
  }

  changed(): ContactState[] {
    return this.#entries.filter((entry) => entry.state === 'changed' && !this.#merged.includes(entry));
  }

  /** Those to be written first, without the halves that others have now. */
  givenUp(): ContactState[] {
    return this.#merged.filter(({ state }) => state !== 'new');
  }

  #find(profileId: string, { phone, lid }: Identity): Entry | undefined {
    const byPhone = phone === null ? undefined : this.#byPhone.get(`${profileId} ${phone}`);
    return byPhone ?? (lid === null ? undefined : this.#byLid.get(`${profileId} ${lid}`));
  }

  /** Of a contact that has a phone and no LID: takes in the one that has that LID and no phone. */
  #takeIn(found: Entry, { lid }: Identity): ContactState | undefined {
    if (found.phone === null || found.lid !== null || lid === null) return undefined;
    const other = this.#byLid.get(`${found.profileId} ${lid}`);
    if (!other || other === found || other.phone !== null) return undefined;
    this.#byLid.delete(`${found.profileId} ${lid}`);
    found.name ??= other.name;
    found.hasWritten ||= other.hasWritten;
    const was = { ...other };
    other.lid = null;
    this.#merged.push(other);
    return was;
  }

  #free(index: Map<string, Entry>, profileId: string, value: string | null): string | null {
    return value !== null && !index.has(`${profileId} ${value}`) ? value : null;
  }

  #file(entry: Entry): void {
    this.#entries.push(entry);
    this.#index(entry);
  }

  #index(entry: Entry): void {
    if (entry.phone !== null) this.#byPhone.set(`${entry.profileId} ${entry.phone}`, entry);
    if (entry.lid !== null) this.#byLid.set(`${entry.profileId} ${entry.lid}`, entry);
  }
}
