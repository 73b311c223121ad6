import type { EventEnvelope } from '@multiwa/contracts';

/** What an event is to a reader who knows the ones before it. */
export type Continuity =
  /** The one that was expected, or the first of its profile. */
  | { kind: 'next' }
  /** Seen before: an event may come again after a crash. */
  | { kind: 'repeated' }
  /** Events of the same profile are missing in between, from this sequence to that one. */
  | { kind: 'gap'; from: number; to: number };

/**
 * Tells gaps and repetitions by the sequences of the envelopes, which are contiguous for each profile, and for the workspace
 * where no profile is concerned. For readers without a filter: what a filter leaves out looks like a gap.
 */
export class SequenceWatch {
  readonly #last = new Map<string, number>();

  /** Takes the events in the order in which they come. */
  see({ workspaceId, profileId, sequence }: Pick<EventEnvelope, 'workspaceId' | 'profileId' | 'sequence'>): Continuity {
    const of = profileId ?? workspaceId;
    const last = this.#last.get(of);
    if (last !== undefined && sequence <= last) return { kind: 'repeated' };
    this.#last.set(of, sequence);
    if (last === undefined || sequence === last + 1) return { kind: 'next' };
    return { kind: 'gap', from: last + 1, to: sequence - 1 };
  }
}
