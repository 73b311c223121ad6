import { facts as catalog, placeOf } from '@multiwa/contracts';
import { type Database, type EarlyWordRow, keepEarlyWords, takeEarlyWords } from '@multiwa/db';
import type { AnyFact } from './any-fact.js';

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/** Kinds of facts about an earlier message. */
const kinds = ['message-edited', 'message-deleted', 'message-reaction', 'poll-vote'] as const;
type AboutKind = (typeof kinds)[number];
type AboutFact = Extract<AnyFact, { kind: AboutKind }>;

/** A word that was kept, and since when it waits. */
export interface EarlyWord {
  fact: AboutFact;
  createdAt: Date;
}

/** Whether a fact is one that waits for its message, when that is not stored. Most statuses are never kept. */
export function canWait(fact: AnyFact): fact is AboutFact {
  if (!(kinds as readonly string[]).includes(fact.kind)) return false;
  return placeOf((fact as AboutFact).payload.chat) === 'chat';
}

/** What was said before about the messages that these facts bring. The profiles must be locked. */
export async function takeEarly(tx: Transaction, facts: readonly AnyFact[]): Promise<EarlyWord[]> {
  const messages = facts.flatMap(({ kind, payload }) => {
    const { profileId } = payload;
    if (kind === 'history-messages') return payload.messages.map(({ waMessageId }) => ({ profileId, waMessageId }));
    return kind === 'message-received' ? [payload] : [];
  });
  const rows = messages.length > 0 ? await takeEarlyWords(tx, messages) : [];
  return rows.flatMap(({ kind, payload, createdAt }) => {
    const schema = kinds.find((one) => one === kind);
    const parsed = schema && catalog[schema].schema.safeParse(payload);
    // Of another version, and not to be read any more.
    if (!parsed?.success) return [];
    return [{ fact: { kind, payload: parsed.data } as AboutFact, createdAt }];
  });
}

/** Keeps words about messages that are not stored, until they come or nobody expects them any more. */
export function keepEarly(tx: Transaction, words: readonly EarlyWord[]): Promise<void> {
  return keepEarlyWords(
    tx,
    words.map(({ fact: { kind, payload }, createdAt }): EarlyWordRow => {
      const { profileId, waMessageId, target } = payload;
      return { profileId, targetId: target.waMessageId, kind, waMessageId, payload, createdAt };
    }),
  );
}
