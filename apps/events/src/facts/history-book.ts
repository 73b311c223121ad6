import type { HistoryChunkFact, HistoryMode, HistoryPhase, HistoryProgress, HistoryState } from '@multiwa/contracts';
import type { HistorySyncState, ImportedConversation, ImportedCount, ProfileState } from '@multiwa/db';
import { newId } from '@multiwa/domain';

/** A word of an import's progress; counts are added once everything of the batch is written. */
export interface HistoryTold {
  profile: ProfileState;
  state: HistoryState;
  row: HistorySyncState;
}

type Said = Pick<HistoryChunkFact, 'link' | 'at'>;
type Move = Omit<ImportedConversation, 'id'>;

/** The imports that a batch of facts is about, and the conversations that they touch. */
export class HistoryBook {
  readonly #rows = new Map<string, HistorySyncState>();
  readonly #changed = new Set<HistorySyncState>();
  readonly #counts = new Map<string, number>();
  readonly #conversations = new Map<string, ImportedConversation>();
  readonly told: HistoryTold[] = [];

  constructor(known: { rows: readonly HistorySyncState[]; counts: readonly ImportedCount[] }) {
    for (const row of known.rows) this.#rows.set(row.profileId, row);
    for (const { profileId, chat, count } of known.counts) this.#counts.set(`${profileId} ${chat}`, count);
  }

  /** The import of a link, begun by the first word of it. */
  of(profileId: string, { link, at }: Said, mode: HistoryMode): HistorySyncState {
    const before = this.#rows.get(profileId);
    if (before?.link === link) return before;
    const row = begun(profileId, link, mode, new Date(at));
    this.#rows.set(profileId, row);
    this.change(row, {});
    return row;
  }

  change(row: HistorySyncState, change: Partial<HistorySyncState>): void {
    Object.assign(row, change);
    this.#changed.add(row);
  }

  changed(): HistorySyncState[] {
    return [...this.#changed];
  }

  find(profileId: string): HistorySyncState | undefined {
    return this.#rows.get(profileId);
  }

  /** Whether a chat may have one more imported message; counted when it may. */
  take(profileId: string, chat: string, most: number | null): boolean {
    const key = `${profileId} ${chat}`;
    const count = this.#counts.get(key) ?? 0;
    if (most !== null && count >= most) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  /** A message of a chat was imported. Of several of the same second the first is the newest: so the phone hands them over. */
  converse(move: Move): void {
    const key = `${move.profileId} ${move.chat}`;
    const before = this.#conversations.get(key);
    if (before && before.lastMessageAt >= move.lastMessageAt) {
      before.ephemeralSeconds ??= move.ephemeralSeconds;
      before.contactId ??= move.contactId;
    } else {
      this.#conversations.set(key, {
        ...move,
        id: before?.id ?? newId(),
        contactId: before?.contactId ?? move.contactId,
      });
    }
  }

  conversations(): ImportedConversation[] {
    return [...this.#conversations.values()];
  }
}

function begun(profileId: string, link: string, mode: HistoryMode, at: Date): HistorySyncState {
  return {
    profileId,
    link,
    mode,
    state: 'STARTED' satisfies HistoryState,
    phase: null,
    progress: 0,
    messages: 0,
    chats: 0,
    contacts: 0,
    failedChunks: 0,
    chunks: [],
    attempt: null,
    part: 0,
    startedAt: at,
    updatedAt: at,
    completedAt: null,
  };
}

/** As customers see it. */
export function progressOf(row: HistorySyncState, state: HistoryState): HistoryProgress {
  const { progress, messages, chats, contacts, failedChunks } = row;
  const phase = row.phase as HistoryPhase | null;
  return { state, mode: row.mode as HistoryMode, phase, progress, messages, chats, contacts, failedChunks };
}
