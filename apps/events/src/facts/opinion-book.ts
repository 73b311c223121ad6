/** What one person said last about one message. */
interface Opinion {
  id: string;
  messageId: string;
  fromMe: boolean;
  phone: string | null;
  lid: string | null;
  at: Date;
}

/** Who says it: the profile itself, or somebody by either name. */
export type Speaker = Pick<Opinion, 'fromMe' | 'phone' | 'lid'>;

/** Reactions, or votes: the last word of each person about each message counts. */
export class OpinionBook<T extends Opinion> {
  readonly #opinions: T[];
  readonly #changed = new Set<T>();

  constructor(known: readonly T[]) {
    this.#opinions = [...known];
  }

  /** Whether this was news: not when the same person said something later, or this already. */
  say(opinion: T): boolean {
    const before = this.#opinions.find((one) => one.messageId === opinion.messageId && isSame(one, opinion));
    if (before && before.at >= opinion.at) return false;
    const now = before ? Object.assign(before, opinion, namesOf(before, opinion), { id: before.id }) : opinion;
    if (!before) this.#opinions.push(now);
    this.#changed.add(now);
    return true;
  }

  of(messageId: string): T[] {
    return this.#opinions.filter((one) => one.messageId === messageId);
  }

  changed(): T[] {
    return [...this.#changed];
  }
}

function isSame(one: Speaker, other: Speaker): boolean {
  if (one.fromMe || other.fromMe) return one.fromMe && other.fromMe;
  return (one.phone !== null && one.phone === other.phone) || (one.lid !== null && one.lid === other.lid);
}

/** A name that is known once stays known. */
function namesOf(before: Speaker, now: Speaker) {
  return { phone: now.phone ?? before.phone, lid: now.lid ?? before.lid };
}
