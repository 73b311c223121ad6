import type { FailureCode, MessageStatus, MessageStatusFact } from '@multiwa/contracts';

/** What WhatsApp can say of a message. */
export type SaidStatus = MessageStatusFact['status'];

/** How far a message has come. Times are WhatsApp's news as the engine saw them; null while unheard of. */
export interface MessageProgress {
  status: MessageStatus;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  playedAt: Date | null;
  /** When the message ended without being sent. */
  endedAt: Date | null;
  failureCode: string | null;
  failureDetail: string | null;
}

/** One piece of news about a message. `failure` goes with FAILED only. */
export interface StatusNews {
  status: SaidStatus;
  at: Date;
  failure: { code: FailureCode; detail: string | null } | null;
}

/**
 * The lattice is a chain: a status is only ever replaced by a higher one, whatever the order of the news. FAILED stands
 * below SENT, because an ack of WhatsApp is the stronger news when an earlier attempt was given up; so does CANCELLED,
 * which only a message can become that no engine had begun to send (see isCancellable).
 */
const rank: Record<MessageStatus, number> = {
  SCHEDULED: 0,
  QUEUED: 1,
  FAILED: 2,
  CANCELLED: 3,
  SENT: 4,
  DELIVERED: 5,
  READ: 6,
  PLAYED: 7,
};

type TimeField = 'sentAt' | 'deliveredAt' | 'readAt' | 'playedAt';
const timeField: Record<Exclude<SaidStatus, 'FAILED'>, TimeField> = {
  SENT: 'sentAt',
  DELIVERED: 'deliveredAt',
  READ: 'readAt',
  PLAYED: 'playedAt',
};

/** Whether WhatsApp has accepted a message with this status. */
export function isSent(status: MessageStatus): boolean {
  return rank[status] >= rank.SENT;
}

/** Only what no engine has begun to send can be taken back: anything else may be at the phone. */
export function isCancellable({ status, begunAt }: { status: MessageStatus; begunAt: Date | null }): boolean {
  return status === 'SCHEDULED' || (status === 'QUEUED' && begunAt === null);
}

/**
 * Takes one piece of news in. The result does not depend on the order of the news nor on repetitions: the status is the
 * highest said, each time the earliest said. `announce` is the status that customers are told of: the news itself when
 * it raised the status, else null. So statuses may be skipped (READ overtook DELIVERED), but never go back and never
 * come twice; what was skipped still sets its time.
 */
export function advanceMessage(
  progress: MessageProgress,
  news: StatusNews,
): { progress: MessageProgress; announce: SaidStatus | null } {
  const raised = rank[news.status] > rank[progress.status];
  const announce = raised ? news.status : null;
  if (news.status === 'FAILED') return { progress: failed(progress, news), announce };
  const field = timeField[news.status];
  const next = { ...progress, [field]: earliest(progress[field], news.at) };
  if (raised) Object.assign(next, { status: news.status, endedAt: null, failureCode: null, failureDetail: null });
  return { progress: next, announce };
}

/** Of several failures the earliest is kept, and the lesser text on a tie, so that order does not matter. */
function failed(progress: MessageProgress, { at, failure }: StatusNews): MessageProgress {
  if (rank[progress.status] > rank.FAILED) return progress;
  const told = {
    endedAt: at,
    failureCode: failure?.code ?? 'rejected_by_whatsapp',
    failureDetail: failure?.detail ?? null,
  };
  if (progress.status === 'FAILED' && !comesBefore(told, progress)) return progress;
  return { ...progress, status: 'FAILED', ...told };
}

type Failure = Pick<MessageProgress, 'endedAt' | 'failureCode' | 'failureDetail'>;

function comesBefore(left: Failure, right: Failure): boolean {
  const [a, b] = [left.endedAt?.getTime() ?? 0, right.endedAt?.getTime() ?? 0];
  if (a !== b) return a < b;
  return `${left.failureCode}\n${left.failureDetail ?? ''}` < `${right.failureCode}\n${right.failureDetail ?? ''}`;
}

function earliest(known: Date | null, said: Date): Date {
  return known && known <= said ? known : said;
}
