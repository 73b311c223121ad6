import { CodedError } from '@multiwa/contracts';
import type { LookupsRepository } from '@multiwa/db';

/** Midnight in UTC, when every budget begins anew. */
export function nextDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

export interface LookupBudget {
  /** Asks WhatsApp about so many people, if today's budget allows it. @throws CodedError `lookup_budget_used` */
  spend<T>(profileId: string, count: number, ask: () => Promise<T>): Promise<T>;
  left(profileId: string): Promise<{ left: number; resetsAt: string }>;
}

type Rows = Pick<LookupsRepository, 'take' | 'giveBack' | 'left'>;

/** What is asked of WhatsApp about people counts for each profile and day; what nobody answered counts for nothing. */
export function makeLookupBudget(lookups: Rows, perDay: number, now: () => Date): LookupBudget {
  return {
    async spend(profileId, count, ask) {
      if ((await lookups.take(profileId, count, perDay)) === undefined) {
        const left = await lookups.left(profileId, perDay);
        const detail = `This would ask about ${count} people; of ${perDay} a day ${left} are left until ${nextDay(now()).toISOString()}.`;
        throw new CodedError('lookup_budget_used', { detail });
      }
      try {
        return await ask();
      } catch (error) {
        // Nobody was asked; any other failure may have come after WhatsApp heard the question.
        if (error instanceof CodedError && unasked.has(error.code)) await lookups.giveBack(profileId, count);
        throw error;
      }
    },

    async left(profileId) {
      return { left: await lookups.left(profileId, perDay), resetsAt: nextDay(now()).toISOString() };
    },
  };
}

const unasked = new Set(['profile_not_connected', 'not_supported_by_engine', 'service_unavailable']);
