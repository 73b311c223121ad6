import type { Database } from '../client.js';
import type { Prisma } from '../generated/client.js';
import type { LookupKind } from '../generated/enums.js';
import { execute, query } from '../query.js';

/** What WhatsApp answered once. */
export interface KeptAnswer {
  answer: unknown;
  askedAt: Date;
}

export interface NewAnswer {
  key: string;
  answer: Prisma.InputJsonValue;
  ttlMs: number;
}

/** The day is the database's, in UTC, so that all gateways count the same one. */
const TODAY = `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;
const TAKE = `
  INSERT INTO "LookupBudget" AS b ("profileId", "day", "used") VALUES ($1, ${TODAY}, $2)
  ON CONFLICT ("profileId") DO UPDATE SET
    "used" = excluded."used" + CASE WHEN b."day" = excluded."day" THEN b."used" ELSE 0 END, "day" = excluded."day"
  WHERE excluded."used" + CASE WHEN b."day" = excluded."day" THEN b."used" ELSE 0 END <= $3
  RETURNING "used"`;
const GIVE_BACK = `
  UPDATE "LookupBudget" SET "used" = greatest(0, "used" - $2) WHERE "profileId" = $1 AND "day" = ${TODAY}`;
const USED = `SELECT "used" FROM "LookupBudget" WHERE "profileId" = $1 AND "day" = ${TODAY}`;
const KEEP = `
  INSERT INTO "Lookup" ("profileId", "kind", "key", "answer", "askedAt", "expiresAt")
  SELECT $1, $2::"LookupKind", r."key", r."answer", now(), now() + r."ttlMs" * interval '1 millisecond'
  FROM jsonb_to_recordset($3::jsonb) AS r("key" text, "answer" jsonb, "ttlMs" bigint)
  ON CONFLICT ("profileId", "kind", "key") DO UPDATE SET
    "answer" = excluded."answer", "askedAt" = excluded."askedAt", "expiresAt" = excluded."expiresAt"`;
const SWEEP = `DELETE FROM "Lookup" WHERE "profileId" = $1 AND "expiresAt" < now()`;

/** What was asked about people, kept for a while; and how much a profile may still ask today. */
export function lookupsRepository({ prisma, pool }: Database) {
  return {
    async find(profileId: string, kind: LookupKind, keys: readonly string[]): Promise<Map<string, KeptAnswer>> {
      const rows = await prisma.lookup.findMany({
        where: { profileId, kind, key: { in: [...keys] }, expiresAt: { gt: new Date() } },
      });
      return new Map(rows.map(({ key, answer, askedAt }) => [key, { answer, askedAt }]));
    },

    /** Replaces what was known under these keys, and forgets what is outdated. */
    async keep(profileId: string, kind: LookupKind, answers: readonly NewAnswer[]): Promise<void> {
      await execute(pool, 'lookups_sweep', SWEEP, [profileId]);
      await execute(pool, 'lookups_keep', KEEP, [profileId, kind, JSON.stringify(answers)]);
    },

    /** Takes so much of today's budget, or nothing: undefined when it does not suffice. Gives how much is left. */
    async take(profileId: string, count: number, perDay: number): Promise<number | undefined> {
      if (count > perDay) return undefined;
      const [row] = await query<{ used: number }>(pool, 'lookups_take', TAKE, [profileId, count, perDay]);
      return row && perDay - row.used;
    },

    /** Gives back what was taken and not asked. */
    async giveBack(profileId: string, count: number): Promise<void> {
      await execute(pool, 'lookups_give_back', GIVE_BACK, [profileId, count]);
    },

    async left(profileId: string, perDay: number): Promise<number> {
      const [row] = await query<{ used: number }>(pool, 'lookups_used', USED, [profileId]);
      return Math.max(0, perDay - (row?.used ?? 0));
    },
  };
}
export type LookupsRepository = ReturnType<typeof lookupsRepository>;
