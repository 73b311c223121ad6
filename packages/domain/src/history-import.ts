import {
  defaultHistoryBounds,
  type HistoryMode,
  type HistoryPhase,
  type HistorySettings,
  type HistoryState,
} from '@multiwa/contracts';

/** What of a phone's history is taken over. */
export interface HistoryBounds {
  mode: HistoryMode;
  /** Older messages are left out; null for no bound. */
  notBefore: Date | null;
  /** Of each chat the newest so many; null for no bound. */
  messagesPerChat: number | null;
}

const DAY_MS = 86_400_000;

/** The bounds of a profile's settings at a moment: what was never set is bounded with RECENT, and not with FULL. */
export function historyBounds({ mode, days, messagesPerChat }: HistorySettings, now: Date): HistoryBounds {
  const isFull = mode === 'FULL';
  const most = days ?? (isFull ? null : defaultHistoryBounds.days);
  return {
    mode,
    notBefore: most === null ? null : new Date(now.getTime() - most * DAY_MS),
    messagesPerChat: messagesPerChat ?? (isFull ? null : defaultHistoryBounds.messagesPerChat),
  };
}

const everything: Readonly<Record<HistoryMode, readonly HistoryPhase[]>> = {
  NONE: [],
  RECENT: ['INITIAL_BOOTSTRAP', 'RECENT', 'PUSH_NAME', 'ON_DEMAND'],
  FULL: ['INITIAL_BOOTSTRAP', 'RECENT', 'PUSH_NAME', 'ON_DEMAND', 'FULL'],
};
/** The first chunk names all recent chats: which people are one, and the tokens that let a restricted number write to them. */
const session: readonly HistoryPhase[] = ['INITIAL_BOOTSTRAP', 'NON_BLOCKING_DATA'];

/**
 * How much of a chunk of this kind is read: everything, only what the session itself lives on, or nothing, and then it is not
 * even fetched.
 */
export function historyReading(mode: HistoryMode, phase: HistoryPhase): 'everything' | 'session' | 'nothing' {
  if (everything[mode].includes(phase)) return 'everything';
  return session.includes(phase) ? 'session' : 'nothing';
}

/**
 * How far the whole import is, in percent, after a chunk: phones count each phase by itself. Undefined for a phase that says
 * nothing of the whole.
 */
export function historyProgress(mode: HistoryMode, phase: HistoryPhase, progress: number | null): number | undefined {
  const own = Math.min(100, Math.max(0, progress ?? 0));
  if (phase === 'RECENT') return mode === 'FULL' ? Math.floor(own / 2) : own;
  return phase === 'FULL' && mode === 'FULL' ? 50 + Math.floor(own / 2) : undefined;
}

/** Where the import stands once a chunk has brought it so far. */
export function historyStateAt(progress: number): HistoryState {
  return progress >= 100 ? 'COMPLETE' : 'RUNNING';
}
