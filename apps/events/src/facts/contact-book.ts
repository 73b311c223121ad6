import type { Identity } from '@multiwa/contracts';
import type { ContactState } from '@multiwa/db';
import { newId } from '@multiwa/domain';

type Entry = ContactState & { state: 'known' | 'changed' | 'new' };

/** The contacts that a batch of facts is about, each findable by either half of its identity. */
export class ContactBook {
  readonly #byPhone = new Map<string, Entry>();
  readonly #byLid = new Map<string, Entry>();
  readonly #entries: Entry[] = [];

  constructor(known: readonly ContactState[]) {
    for (const contact of known) this.#file({ ...contact, state: 'known' });
  }

  /**
   * The contact of this identity, made when unknown. A half that is learned is filled in, unless another row holds it:
   * those two are one person in two rows, of which the one with the phone speaks. Merging them is not done here.
   */
  meet(profileId: string, identity: Identity, pushName: string | null): { contact: ContactState; isNew: boolean } {
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
      return { contact: entry, isNew: true };
    }
    const phone = found.phone ?? this.#free(this.#byPhone, profileId, identity.phone);
    const lid = found.lid ?? this.#free(this.#byLid, profileId, identity.lid);
    if (phone !== found.phone || lid !== found.lid || (pushName !== null && pushName !== found.pushName)) {
      Object.assign(found, { phone, lid, pushName: pushName ?? found.pushName });
      if (found.state === 'known') found.state = 'changed';
      this.#index(found);
    }
    return { contact: found, isNew: false };
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
    return this.#entries.filter(({ state }) => state === 'changed');
  }

  #find(profileId: string, { phone, lid }: Identity): Entry | undefined {
    const byPhone = phone === null ? undefined : this.#byPhone.get(`${profileId} ${phone}`);
    return byPhone ?? (lid === null ? undefined : this.#byLid.get(`${profileId} ${lid}`));
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
