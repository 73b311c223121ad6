import type pg from 'pg';
import type { Database } from '../client.js';
import type { Automation, AutomationRun, Prisma } from '../generated/client.js';
import type { RunStatus } from '../generated/enums.js';
import { execute, query } from '../query.js';
import { appendEvents, type NewEvent } from './events.js';
import { identitiesOf } from './identities.js';
import { behind, newestFirst, type PageRequest } from './page.js';

export interface NewAutomation {
  id: string;
  workspaceId: string;
  profileId: string | null;
  name: string;
  draft: Prisma.InputJsonObject;
  cooldownSeconds: number;
  priority: number;
}

export type AutomationChange = Partial<Omit<NewAutomation, 'id' | 'workspaceId'>>;

export interface RunFilter {
  status?: RunStatus;
  contactId?: string;
}

/** Makes the event that tells the end of a run; the contact is that of the run, by both names, unless it is gone. */
export type RunEndedEvent = (
  run: AutomationRun,
  contact: { phone: string | null; lid: string | null } | undefined,
) => NewEvent;

const LOCK = `
  SELECT * FROM "Automation" WHERE "id" = $1 AND "workspaceId" = $2 AND "deletedAt" IS NULL FOR NO KEY UPDATE`;
const ADD_VERSION = `INSERT INTO "AutomationVersion" ("automationId", "version", "flow") VALUES ($1, $2, $3)`;
const LATEST = `
  SELECT "version", "flow" = $2::jsonb AS "isSame" FROM "AutomationVersion"
  WHERE "automationId" = $1 ORDER BY "version" DESC LIMIT 1`;
const PUBLISH = `UPDATE "Automation" SET "publishedVersion" = $2, "updatedAt" = now() WHERE "id" = $1 RETURNING *`;
const ENABLE = `UPDATE "Automation" SET "enabled" = $2, "updatedAt" = now() WHERE "id" = $1 RETURNING *`;
const DELETE = `
  UPDATE "Automation" SET "enabled" = false, "deletedAt" = now(), "updatedAt" = now() WHERE "id" = $1`;
const END = `"status" = 'CANCELLED', "endedAt" = now(), "updatedAt" = now(), "wakeAt" = NULL, "waitKind" = NULL,
  "claimedBy" = NULL, "claimedUntil" = NULL`;
const CANCEL_ALL = `
  UPDATE "AutomationRun" SET ${END} WHERE "automationId" = $1 AND "status" IN ('RUNNING', 'WAITING') RETURNING *`;
const CANCEL = `
  UPDATE "AutomationRun" SET ${END}
  WHERE "id" = $1 AND "automationId" = $2 AND "workspaceId" = $3 AND "status" IN ('RUNNING', 'WAITING') RETURNING *`;
const STEPS_SHOWN = 1_000;

/** Flows of a workspace, as customers edit them, and their runs, as they look at them. */
export function automationsRepository({ prisma, transaction }: Database) {
  const held = <T>(workspaceId: string, id: string, work: (tx: pg.PoolClient, row: Automation) => Promise<T>) =>
    transaction(async (tx) => {
      const [row] = await query<Automation>(tx, 'automations_lock', LOCK, [id, workspaceId]);
      return row ? work(tx, row) : null;
    });

  return {
    /** Repeating it with the same id gives the row that is there. */
    create(automation: NewAutomation) {
      const { id, workspaceId } = automation;
      return prisma.automation.upsert({ where: { id, workspaceId }, create: automation, update: {} });
    },

    list(workspaceId: string, { take, after }: PageRequest) {
      const where = { workspaceId, deletedAt: null, ...behind(after) };
      return prisma.automation.findMany({ where, orderBy: newestFirst, take });
    },

    find(workspaceId: string, id: string) {
      return prisma.automation.findUnique({ where: { id, workspaceId, deletedAt: null } });
    },

    async update(workspaceId: string, id: string, change: AutomationChange) {
      const where = { id, workspaceId, deletedAt: null };
      const [row] = await prisma.automation.updateManyAndReturn({ where, data: change });
      return row ?? null;
    },

    /** Publishes a flow that was checked as the next version; the one that is published already stays as it is. */
    publish(workspaceId: string, id: string, flow: unknown): Promise<Automation | null> {
      return held(workspaceId, id, async (tx) => {
        const json = JSON.stringify(flow);
        const [latest] = await query<{ version: number; isSame: boolean }>(tx, 'automations_latest', LATEST, [
          id,
          json,
        ]);
        const version = latest?.isSame ? latest.version : (latest?.version ?? 0) + 1;
        if (version !== latest?.version) await execute(tx, 'automations_add_version', ADD_VERSION, [id, version, json]);
        const [row] = await query<Automation>(tx, 'automations_publish', PUBLISH, [id, version]);
        return row ?? null;
      });
    },

    /** Lets it start runs, or no more; runs that are under way go on. `unpublished` when there is no version to run. */
    enable(workspaceId: string, id: string, isEnabled: boolean): Promise<Automation | 'unpublished' | null> {
      return held(workspaceId, id, async (tx, { publishedVersion }) => {
        if (isEnabled && publishedVersion === null) return 'unpublished';
        const [row] = await query<Automation>(tx, 'automations_enable', ENABLE, [id, isEnabled]);
        return row ?? null;
      });
    },

    /** Deletes it and cancels its runs; false when there is none. What it did stays readable in messages and events. */
    async delete(workspaceId: string, id: string, ended: RunEndedEvent): Promise<boolean> {
      const done = await held(workspaceId, id, async (tx) => {
        await execute(tx, 'automations_delete', DELETE, [id]);
        const runs = await query<AutomationRun>(tx, 'automations_cancel_all', CANCEL_ALL, [id]);
        await tellEnd(tx, runs, ended);
        return true;
      });
      return done ?? false;
    },

    runs(workspaceId: string, automationId: string, { take, after, status, contactId }: PageRequest & RunFilter) {
      const where = { workspaceId, automationId, status, contactId, ...behind(after) };
      return prisma.automationRun.findMany({ where, orderBy: newestFirst, take });
    },

    findRun(workspaceId: string, automationId: string, id: string) {
      const steps = { orderBy: { step: 'asc' as const }, take: STEPS_SHOWN };
      return prisma.automationRun.findUnique({ where: { id, automationId, workspaceId }, include: { steps } });
    },

    /** Ends a run at once, with its timers; null when it does not run (any more). */
    cancelRun(workspaceId: string, automationId: string, id: string, ended: RunEndedEvent) {
      return transaction(async (tx) => {
        const [run] = await query<AutomationRun>(tx, 'runs_cancel', CANCEL, [id, automationId, workspaceId]);
        if (run) await tellEnd(tx, [run], ended);
        return run ?? null;
      });
    },
  };
}
async function tellEnd(tx: pg.PoolClient, runs: readonly AutomationRun[], ended: RunEndedEvent): Promise<void> {
  const contacts = await identitiesOf(
    tx,
    runs.map(({ contactId }) => contactId),
  );
  await appendEvents(
    tx,
    runs.map((run) => ended(run, contacts.get(run.contactId))),
  );
}
export type AutomationsRepository = ReturnType<typeof automationsRepository>;
